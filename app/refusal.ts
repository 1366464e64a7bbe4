import type { EntryContext } from '@remix-run/node'
import type { ErrorCode, FieldError, PortalError } from '../server/errors.ts'
import { useActionData } from './answered.ts'

/** What a page is told of a refusal. */
export interface Refusal {
  code: ErrorCode
  sentence: string
  fields: FieldError[]
  /** What was typed, but for passphrases. */
  values: Record<string, string[]>
  /** Whole seconds after which the same may succeed; left out where waiting alone does not help. */
  retryAfterSeconds?: number
  /** What was sent, where the same may succeed in a while. */
  resend?: Record<string, string[]>
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
  /** The page itself, where looking again may succeed. */
  again?: string
  /** As in {@link Refusal}. */
  retryAfterSeconds?: number
  resend?: Record<string, string[]>
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

/** The form that came back to a page which then failed itself: what was typed is not lost with it. */
export const formBackIn = ({
  staticHandlerContext: { actionData },
}: Pick<EntryContext, 'staticHandlerContext'>): Refusal | null =>
  Object.values(actionData ?? {})
    .map((answer: unknown) => (isObject(answer) ? answer.refusal : null))
    .find((refusal): refusal is Refusal => isObject(refusal)) ?? null

/** The header that says so to programs (RFC 9110, section 10.2.3). */
export const retryAfter = ({ retryAfterSeconds }: Failure): Record<string, string> =>
  retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }

/** Of a page that says "not now": after how many seconds it may be asked again; null for all others. */
export function waitOf({ staticHandlerContext }: Pick<EntryContext, 'staticHandlerContext'>): number | null {
  const failures = Object.values(staticHandlerContext.errors ?? {}).map((error: unknown) => (isObject(error) ? error.data : null))
  const waits = [formBackIn({ staticHandlerContext }), ...failures].map(told => (isObject(told) ? told.retryAfterSeconds : null))
  return waits.find(wait => typeof wait === 'number') ?? null
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Whether the page that is about to be shown holds codes that the act before it made: its title says so. */
export const areCodesShown = ({ staticHandlerContext: { actionData } }: Pick<EntryContext, 'staticHandlerContext'>): boolean =>
  Object.values(actionData ?? {}).some(answer => typeof answer === 'object' && answer !== null && 'codes' in answer)

/** Codes that the act before this page made, or null. */
export function useShownOnce(): ShownOnce | null {
  const answer: unknown = useActionData()
  return typeof answer === 'object' && answer !== null && 'codes' in answer ? (answer as ShownOnce) : null
}
