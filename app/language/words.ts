import { createContext, useContext } from 'react'
import type { Catalogue } from './en.ts'
import { en } from './en.ts'
import { es } from './es.ts'

/** The languages the pages speak: their own name for themselves, their words, which way they run. */
export const LANGUAGES = {
  en: { name: 'English', words: en, direction: 'ltr' },
  es: { name: 'Español', words: es, direction: 'ltr' },
} as const satisfies Record<string, { name: string; words: Catalogue; direction: 'ltr' | 'rtl' }>
export type Language = keyof typeof LANGUAGES

/** The language of ours that comes nearest to a BCP 47 tag; English when none does. */
export function languageOf(tag: string): Language {
  const primary = tag.toLowerCase().split('-')[0] ?? ''
  return Object.hasOwn(LANGUAGES, primary) ? (primary as Language) : 'en'
}

export type Standing = 'nobody' | 'partly' | 'reader' | 'provider' | 'compliance' | 'administrator'

/** What is around every page: who looks at it, in which language, at whose clock. */
export interface Surroundings {
  language: Language
  timeZone: string
  /** Goes into every form. */
  formToken: string
  /** For the script elements. */
  nonce: string
  standing: Standing
  /** Of whoever is signed in. */
  name: string
  development: boolean
}

export const NOWHERE: Surroundings = {
  language: 'en',
  timeZone: 'UTC',
  formToken: '',
  nonce: '',
  standing: 'nobody',
  name: '',
  development: false,
}

export const SurroundingsContext = createContext<Surroundings>(NOWHERE)
export const useSurroundings = (): Surroundings => useContext(SurroundingsContext)
export const useWords = (): Catalogue => LANGUAGES[useSurroundings().language].words
