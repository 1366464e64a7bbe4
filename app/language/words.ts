import { createContext, useContext } from 'react'
import type { Display } from '../../server/preferences.ts'
import { AS_THE_DEVICE } from '../display.ts'
import type { Refusal } from '../refusal.ts'
import type { Catalogue } from './en.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { stretchedCatalogue } from './pseudo.ts'

interface Spoken {
  /** Its own name for itself. */
  name: string
  words: Catalogue
  /** Which way it runs. */
  direction: 'ltr' | 'rtl'
  /** BCP 47 tag by which dates, numbers and sizes are told. */
  locale: string
}

/** The languages the pages speak to people. */
export const LANGUAGES = {
  en: { name: 'English', words: en, direction: 'ltr', locale: 'en-US' },
  es: { name: 'Español', words: es, direction: 'ltr', locale: 'es-US' },
} as const satisfies Record<string, Spoken>
export type Language = keyof typeof LANGUAGES

const stretched = stretchedCatalogue(en)

/**
 * Languages that nobody speaks, under the tags Unicode keeps for that: long words with accents, and the same from right to left. Pages are
 * looked at in them to find words that stand in no catalogue, and what does not fit or does not turn round.
 *
 * @see https://unicode.org/reports/tr35/tr35-info.html, "Unicode pseudo-locales"
 */
const PSEUDO_LANGUAGES = {
  'en-XA': { name: 'Long', words: stretched, direction: 'ltr', locale: 'en' },
  'ar-XB': { name: 'Turned round', words: stretched, direction: 'rtl', locale: 'en' },
} as const satisfies Record<string, Spoken>
export type PseudoLanguage = keyof typeof PSEUDO_LANGUAGES

const ALL: Record<Language | PseudoLanguage, Spoken> = { ...LANGUAGES, ...PSEUDO_LANGUAGES }

/** How a language of the pages speaks. */
export const spoken = (language: Language | PseudoLanguage): Spoken => ALL[language]

/** The language of ours that comes nearest to a BCP 47 tag; English when none does. */
export function languageOf(tag: string): Language {
  const primary = tag.toLowerCase().split('-')[0] ?? ''
  return Object.hasOwn(LANGUAGES, primary) ? (primary as Language) : 'en'
}

/** As {@link languageOf}, for whoever may look at the pages in a language that nobody speaks. */
export const languageOrPseudo = (tag: string): Language | PseudoLanguage =>
  Object.hasOwn(PSEUDO_LANGUAGES, tag) ? (tag as PseudoLanguage) : languageOf(tag)

export type Standing = 'nobody' | 'partly' | 'reader' | 'provider' | 'compliance' | 'administrator'

/** What is around every page: who looks at it, in which language, at whose clock. */
export interface Surroundings {
  language: Language | PseudoLanguage
  /** How the page looks to them. */
  display: Display
  timeZone: string
  /** Goes into every form. */
  formToken: string
  /** For the script elements. */
  nonce: string
  standing: Standing
  /** Of whoever is signed in. */
  name: string
  /** What people type to come here. */
  host: string
  development: boolean
  /** The reference of an error page that was made without one. */
  incident: string | null
  /** Of the address of this page, with its question mark; empty when it has none. */
  query: string
  /** Whether this browser brought back anything that it was given to keep. */
  keepsCookies: boolean
  /** This page shows printed codes, once. */
  codesShown: boolean
  /** The form on this page came back: something in it has to be put right, or sent again. */
  formBack: Refusal | null
}

export const NOWHERE: Surroundings = {
  language: 'en',
  display: AS_THE_DEVICE,
  timeZone: 'UTC',
  formToken: '',
  nonce: '',
  standing: 'nobody',
  name: '',
  host: 'portal.example',
  development: false,
  incident: null,
  query: '',
  keepsCookies: true,
  codesShown: false,
  formBack: null,
}

export const SurroundingsContext = createContext<Surroundings>(NOWHERE)
export const useSurroundings = (): Surroundings => useContext(SurroundingsContext)
export const useWords = (): Catalogue => spoken(useSurroundings().language).words
/** By which BCP 47 tag dates, numbers and sizes are told on this page. */
export const useLocale = (): string => spoken(useSurroundings().language).locale
