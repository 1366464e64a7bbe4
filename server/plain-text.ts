/**
 * What must not stand in words that become a header, a line of a list or a file name: the controls C0 and C1 (CR, LF and NUL among
 * them), the two Unicode line ends, and the marks that turn the direction of writing and can make `exe.fdp` look like `pdf.exe`.
 */
const UNFIT_FOR_LINE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
/** In a body, line ends and tabs belong; the other controls do not. CR is accepted because mail has it. */
const UNFIT_FOR_BODY = /[^\P{Cc}\n\r\t]/u
/** What shows nothing: white space, and the characters that are there only to shape others (zero-width ones, fillers, marks). */
const INVISIBLE = /^[\s\u2800\p{Default_Ignorable_Code_Point}]*$/u
/** Half a surrogate pair cannot be written as UTF-8: it would come back as another character. */
const BROKEN = /\p{Surrogate}/u

/**
 * What is wrong with one line of text, as a sentence; null when nothing is.
 *
 * @param max - in UTF-16 code units, as JSON Schema and form fields nearly count.
 */
export function lineProblem(text: string, max: number): string | null {
  if (text.length > max) return `Use at most ${max} characters.`
  if (INVISIBLE.test(text)) return 'This must not be empty.'
  if (UNFIT_FOR_LINE.test(text)) return 'Remove line breaks, control characters and marks that change the direction of writing.'
  return wellFormedProblem(text)
}

/** The same for text of several lines, measured in bytes of UTF-8. */
export function bodyProblem(text: string, maxBytes: number): string | null {
  if (Buffer.byteLength(text) > maxBytes) return `Use at most ${Math.floor(maxBytes / 1000)} kB of text.`
  if (text.trim() === '') return 'This must not be empty.'
  if (UNFIT_FOR_BODY.test(text)) return 'Remove control characters; line breaks and tabs may stay.'
  return wellFormedProblem(text)
}

/** What is wrong with a file's name; null when nothing is. A name never says where a file lies. */
export function fileNameProblem(name: string, max: number): string | null {
  if (/[/\\]/.test(name)) return 'Give the name of the file alone, without a path.'
  if (/^\.+$/.test(name.trim())) return 'Give the file a name.'
  return lineProblem(name, max)
}

/** A BCP 47 tag in canonical form (`pt-BR`); null when it is not one. */
export function languageTag(text: string): string | null {
  if (text.length > 35) return null // RFC 5646, section 4.4.1: enough for every registered tag
  try {
    return Intl.getCanonicalLocales(text)[0] ?? null
  } catch {
    return null
  }
}

const wellFormedProblem = (text: string): string | null => (BROKEN.test(text) ? 'This holds broken Unicode characters.' : null)
