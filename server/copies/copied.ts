import { momentInWords } from '../letters/moment.ts'
import { type Instant, toIso } from '../time.ts'
import { type CopyWords, copyWords } from './words.ts'

/** A message as it is written into a file, with everything that stands around it. */
export interface Copied {
  message: string
  savedAt: Instant
  /** Host of the portal. */
  portal: string
  language: string
  label: string
  words: CopyWords
  subject: string
  from: { name: string; address: string | null }
  to: { name: string; address: string | null }
  sentAt: Instant
  sentInWords: string
  /** Of the body. */
  bodyLanguage: string
  text: string
  /** Sanitized. */
  html: string | null
  /** Names of its files. */
  files: string[]
}

/** How whoever saves it reads. */
interface Reading {
  language: string
  timeZone: string
  name: string
}

/** Puts the words around what was read. */
export function copiedFor(
  { language, timeZone, name }: Reading,
  read: Omit<Copied, 'language' | 'label' | 'words' | 'sentInWords'>,
): Copied {
  const { words, locale } = copyWords(language)
  const inWords = (at: Instant) => momentInWords(toIso(at), timeZone, locale)
  const label = words.label({ portal: read.portal, name, when: inWords(read.savedAt) })
  return { ...read, language: locale, words, label, sentInWords: inWords(read.sentAt) }
}
