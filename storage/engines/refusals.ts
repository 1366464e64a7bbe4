import { PortalError } from '../../server/errors.ts'

/** What engines say of a database that will not do now, whichever it is. */

const RETRY_AFTER_SECONDS = 5

export const busy = (): PortalError =>
  new PortalError('busy', 'The database is busy. Please try again in a moment.', { retryAfterSeconds: RETRY_AFTER_SECONDS })

export const unavailable = (sentence: string): PortalError =>
  new PortalError('unavailable', sentence, { retryAfterSeconds: RETRY_AFTER_SECONDS })

/** Inside a transaction that may only read; a mistake of this program's, no refusal. */
export const writtenInRead = (): Error => new Error('Nothing can be written here: this is a read.')

export const stopping = (): PortalError => unavailable('The portal is stopping.')

export function withCause(error: Error, cause: unknown): Error {
  error.cause = cause
  return error
}
