import { createContext, useContext } from 'react'
import type { ErrorCode } from '../../server/errors.ts'
import type { Catalogue } from '../language/en.ts'
import { staffWords } from '../language/staff.ts'
import { tellWait } from '../language/wait.ts'
import { useWords } from '../language/words.ts'
import type { Refusal } from '../refusal.ts'

/** What is wrong with the form on this page, and what was typed into it. */
export interface Refused {
  refusal: Refusal | null
  /** The field a refusal is about when it names none. */
  mainField: string | null
  /** What a refusal means on this page, where that is more than it means everywhere. */
  says?: Partial<Record<ErrorCode, string>>
}

export const RefusedContext = createContext<Refused>({ refusal: null, mainField: null })

/** The sentence that says how to put a field right, or null when there is nothing wrong with it. */
export function useProblem(field: string): string | null {
  const refused = useContext(RefusedContext)
  const words = useWords()
  return problemsOf(refused, words).find(problem => problem.field === field)?.sentence ?? null
}

/** What was typed into a field before the form came back. */
export function useTyped(field: string): string[] | undefined {
  return useContext(RefusedContext).refusal?.values[field]
}

/** Every problem, in the reader's words, with the field to go to. */
export function problemsOf(
  { refusal, mainField, says = {} }: Refused,
  words: Catalogue,
): { field: string | null; sentence: string }[] {
  if (!refusal) return []
  const general = says[refusal.code] ?? notNow(refusal, words) ?? words.refused[refusal.code] ?? refusal.sentence
  if (refusal.fields.length === 0) return [{ field: GENERAL.has(refusal.code) ? null : mainField, sentence: general }]
  return refusal.fields.map(({ field, problem }) => ({
    field: nameOf(field),
    sentence: sentenceFor(nameOf(field), problem, refusal, words),
  }))
}

/** What will work again in a while, and when. */
function notNow({ code, retryAfterSeconds }: Refusal, words: Catalogue): string | undefined {
  return retryAfterSeconds === undefined ? undefined : words.notNow[code]?.(tellWait(retryAfterSeconds, words))
}

// These are about the moment, not about anything that was typed.
const GENERAL = new Set<string>([
  'wrong_origin',
  'busy',
  'unavailable',
  'no_space',
  'too_many_requests',
  'malformed',
  'idempotency_key_reused',
])

/** The portal names fields of a deposit by JSON pointer: `/recipients/0/email` is the form's `email`. */
const nameOf = (field: string): string => field.split('/').findLast(part => part !== '' && !/^\d+$/.test(part)) ?? field

function sentenceFor(field: string, problem: string, refusal: Refusal, words: Catalogue): string {
  const typed = refusal.values[field]?.some(value => value.trim() !== '') ?? false
  const missing = words.required[field] ?? staffWords.required[field]
  const general = IN_GENERAL[problem]
  const said = general ? words.anyField[general] : problem
  if (general === 'empty' || (!typed && missing && !words.improve[field])) return missing ?? said
  return words.improve[field] ?? said
}

/** What is said of any field, whichever it is. */
const IN_GENERAL: Record<string, keyof Catalogue['anyField']> = {
  'Fill in this field.': 'empty',
  'This text is too long.': 'long',
  'Choose one from the list.': 'unlisted',
}
