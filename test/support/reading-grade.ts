/**
 * Flesch–Kincaid grade of English text: 0.39 · words per sentence + 11.8 · syllables per word − 15.59.
 * Syllables are counted by rule (groups of vowels, a silent e at the end), which is within a few percent of a dictionary on plain text.
 *
 * @param sentences - text without links, codes or headings; a line without a full stop at its end counts as a sentence.
 * @see Kincaid et al., "Derivation of New Readability Formulas", 1975.
 */
export function readingGrade(sentences: string): number {
  const all = sentences.split(/[.!?:]+(?=\s|$)|\n+/).filter(sentence => wordsOf(sentence).length > 0)
  const words = all.flatMap(wordsOf)
  if (words.length === 0) return 0
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word), 0)
  return 0.39 * (words.length / all.length) + 11.8 * (syllables / words.length) - 15.59
}

const wordsOf = (text: string): string[] => text.match(/[A-Za-z]+(?:[’'][A-Za-z]+)*/g) ?? []

function syllablesOf(word: string): number {
  const plain = word.toLowerCase().replace(/[^a-z]/g, '')
  const spoken = plain.replace(/(?:[^laeiouy]es|[^aeiouytd]ed|[^laeiouy]e)$/, ending => ending.slice(0, 1))
  return Math.max(1, (spoken.match(/[aeiouy]+/g) ?? []).length)
}
