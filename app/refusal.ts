import { useActionData } from '@remix-run/react'
import type { ErrorCode, FieldError, PortalError } from '../server/errors.ts'
import type { Refusal, ShownOnce } from './http.ts'

/** A refusal of the pages' own, of the same shape as the portal's (whose class may not be loaded here a second time). */
export const refusal = (code: ErrorCode, sentence: string, fields: FieldError[] = []): PortalError =>
  Object.assign(new Error(sentence), { name: 'PortalError', code, fields, retryAfterSeconds: undefined })

/** Why the form on this page came back, or null. */
export function useRefusal(): Refusal | null {
  const answer: unknown = useActionData()
  return typeof answer === 'object' && answer !== null && 'refusal' in answer ? (answer.refusal as Refusal) : null
}

/** Codes that the act before this page made, or null. */
export function useShownOnce(): ShownOnce | null {
  const answer: unknown = useActionData()
  return typeof answer === 'object' && answer !== null && 'codes' in answer ? (answer as ShownOnce) : null
}
