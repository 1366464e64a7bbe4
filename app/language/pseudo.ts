import type { Catalogue } from './en.ts'

const ACCENTED = new Map([...'aeiouyncsAEIOUYNCS'].map((letter, i) => [letter, [...'áéíóúýñçšÁÉÍÓÚÝÑÇŠ'][i]!]))

/** Where a text of a catalogue begins and ends on a page, so that words from elsewhere are told apart. */
export const OPENS = '⟦'
export const CLOSES = '⟧'

/**
 * A text as a language might say it that nobody here speaks: with accents, and half as long again, as German or Finnish would be.
 * What stands between the marks came from a catalogue.
 */
function stretched(text: string): string {
  if (text === '') return ''
  const accented = [...text].map(letter => ACCENTED.get(letter) ?? letter).join('')
  // In words, as a sentence grows; one long one at the least, which has to be broken or to find room.
  const more = 'lorem ipsum dolor sit amet '.repeat(1 + Math.ceil(text.length / 50)).slice(0, Math.ceil(text.length / 2))
  return `${OPENS}${accented} ${more.trimEnd()}${CLOSES}`
}

/** A sentence that holds another one of the catalogue is one text. */
const withoutMarks = (text: string): string => text.replaceAll(OPENS, '').replaceAll(CLOSES, '')

/** A whole catalogue in such a language. What sentences are given (names, dates) stands in them as it came. */
export const stretchedCatalogue = (words: Catalogue): Catalogue => stretchAll(words) as Catalogue

function stretchAll(words: unknown): unknown {
  if (typeof words === 'string') return stretched(words)
  if (typeof words === 'function') return (...facts: unknown[]) => stretched(withoutMarks(String(words(...facts))))
  if (Array.isArray(words)) return words.map(stretchAll)
  return Object.fromEntries(Object.entries(words as object).map(([name, part]) => [name, stretchAll(part)]))
}
