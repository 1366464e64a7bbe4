/**
 * Everything the portal refuses, by name. The API's problem types and the pages' texts hang on these codes:
 * add to them, never rename one. The table code → HTTP status is in app/http.ts and api/problem.ts.
 */
export type ErrorCode =
  // what was asked cannot be understood or is not allowed as it stands
  | 'invalid' // a field is wrong; `fields` says which
  | 'malformed' // not JSON, too deep, duplicate or forbidden keys
  | 'too_large'
  | 'unsupported_type'
  | 'undecipherable' // one answer for everything that can be wrong with a sealed deposit
  | 'idempotency_key_missing'
  | 'idempotency_key_reused'
  | 'idempotency_running'
  // who is asking
  | 'unauthorized'
  | 'sign_in_required'
  | 'fresh_sign_in_required'
  | 'forbidden'
  | 'wrong_origin'
  | 'wrong_code'
  | 'wrong_sign_in'
  | 'too_many_attempts'
  | 'confirmation_required'
  // the thing asked for
  | 'not_found' // also: not yours
  | 'gone' // disposed of
  | 'expired'
  | 'retracted'
  | 'conflict'
  // the portal itself
  | 'too_many_requests'
  | 'busy'
  | 'tampered'
  | 'unavailable'
  | 'no_space' // the disk or the bucket is full
  | 'misconfigured'

export interface FieldError {
  /** JSON pointer (`/recipients/0/email`) or the name of the form field. */
  field: string
  /** A sentence that says how to put it right. */
  problem: string
}

/** "Not now" of which nobody knows better is over soon: a lock, a restart, a line that moves. */
const SOON_SECONDS = 5
const NOT_NOW = new Set<ErrorCode>(['busy', 'unavailable'])

/**
 * A refusal the portal means. Recognized by `code`, never by `instanceof`: pages and portal may be loaded as two module graphs.
 *
 * @param code - for programs.
 * @param sentence - for people; holds nothing secret, nothing about a patient.
 * @param more - which fields; after how many seconds the same may succeed. What is only not possible now always says so.
 */
export class PortalError extends Error {
  readonly code: ErrorCode
  readonly fields: FieldError[]
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, sentence: string, more: { fields?: FieldError[]; retryAfterSeconds?: number } = {}) {
    super(sentence)
    this.name = 'PortalError'
    this.code = code
    this.fields = more.fields ?? []
    this.retryAfterSeconds = more.retryAfterSeconds ?? (NOT_NOW.has(code) ? SOON_SECONDS : undefined)
  }
}

/** Whether this is a refusal the portal means, whichever module graph made it. */
export const isPortalError = (error: unknown): error is PortalError =>
  error instanceof Error && error.name === 'PortalError' && 'code' in error
