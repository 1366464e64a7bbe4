import type { EntryContext } from '@remix-run/node'
import { useActionData } from '@remix-run/react'
import type { ErrorCode, FieldError, PortalError } from '../server/errors.ts'

/** What a page is told of a refusal. */
export interface Refusal {
  code: ErrorCode
  sentence: string
  fields: FieldError[]
  /** What was typed, but for passphrases. */
  values: Record<string, string[]>
}

/** What the error page is told. */
export interface Failure {
  code: ErrorCode | 'unknown'
  /** To be said on the telephone: it finds the line in the log. Null where there is nothing to be found: the address is wrong, or a session over. */
  incident: string | null
  /** What was typed, so that it can be copied. */
  values: Record<string, string[]>
  /** The page that the act belongs to, where it has none of its own. */
  back?: string
}

/** What is shown once, by the answer to the act itself. */
export interface ShownOnce {
  codes: string[]
  /** Where to go on, once they say that they have them. */
  to: string
  /** With these they set up their first way in, and are offered a second. */
  isFirst: boolean
}

/** A refusal of the pages' own, of the same shape as the portal's (whose class may not be loaded here a second time). */
export const refusal = (code: ErrorCode, sentence: string, fields: FieldError[] = []): PortalError =>
  Object.assign(new Error(sentence), { name: 'PortalError', code, fields, retryAfterSeconds: undefined })

/** Why the form on this page came back, or null. */
export function useRefusal(): Refusal | null {
  const answer: unknown = useActionData()
  return typeof answer === 'object' && answer !== null && 'refusal' in answer ? (answer.refusal as Refusal) : null
}

/** Whether the page that is about to be shown holds a form that came back: its title says so first. */
export const isFormBack = ({ staticHandlerContext: { actionData } }: Pick<EntryContext, 'staticHandlerContext'>): boolean =>
  Object.values(actionData ?? {}).some(answer => typeof answer === 'object' && answer !== null && 'refusal' in answer)

/** Whether the page that is about to be shown holds codes that the act before it made: its title says so. */
export const areCodesShown = ({ staticHandlerContext: { actionData } }: Pick<EntryContext, 'staticHandlerContext'>): boolean =>
  Object.values(actionData ?? {}).some(answer => typeof answer === 'object' && answer !== null && 'codes' in answer)

/** Codes that the act before this page made, or null. */
export function useShownOnce(): ShownOnce | null {
  const answer: unknown = useActionData()
  return typeof answer === 'object' && answer !== null && 'codes' in answer ? (answer as ShownOnce) : null
}
