import { PortalError } from '../../server/errors.ts'
import { busy, unavailable, withCause, writtenInRead } from './refusals.ts'

/** Errors of writing that leave the files as they were: the transaction is rolled back and the next one may succeed. */
const PASSING = new Set([
  'SQLITE_IOERR_WRITE', // a file-size limit, for one
  'SQLITE_IOERR_SHMSIZE',
  'SQLITE_IOERR_SHMOPEN',
  'SQLITE_IOERR_GETTEMPPATH',
  'SQLITE_IOERR_NOMEM',
])

/** SQLite's code of an error; empty for any other. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error))

/**
 * Whether the database may have lost, or may lose, what it acknowledged. After a failed fsync the kernel forgets the pages it could
 * not write and the next fsync succeeds; SQLite would carry on, so the engine must not.
 *
 * @see Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020
 */
export function isFatal(error: unknown): boolean {
  const code = codeOf(error)
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return true
  return code.startsWith('SQLITE_IOERR') && !PASSING.has(code)
}

/** A flush of the log that failed, in SQLite's terms: it says the same of its own. */
export const lost = (error: unknown): unknown =>
  Object.assign(new Error('disk I/O error', { cause: error }), { code: 'SQLITE_IOERR_FSYNC' })

/** What the room says of an error of the driver; the driver's own stays with it as `cause`. */
export function translate(error: unknown): unknown {
  const code = codeOf(error)
  if (isBusy(error)) return withCause(busy(), error)
  if (isFatal(error)) {
    // SQLite's own words for these are always the same few; they hold nothing of what is stored.
    const words = error instanceof Error ? error.message : ''
    return withCause(new PortalError('unavailable', `The database cannot be trusted any more (${code}: ${words}).`), error)
  }
  if (code === 'SQLITE_FULL') return withCause(unavailable('The disk is full: nothing was written.'), error)
  if (code.startsWith('SQLITE_IOERR'))
    return withCause(unavailable(`The database could not be written (${code}); nothing was changed.`), error)
  if (code.startsWith('SQLITE_CANTOPEN'))
    return withCause(unavailable(`A file of the database could not be opened (${code}); nothing was changed.`), error)
  if (code.startsWith('SQLITE_READONLY')) return withCause(writtenInRead(), error)
  return error
}

/** What is said where a database that must be written may only be read; null for every other error. */
export const readOnly = (error: unknown): unknown =>
  codeOf(error).startsWith('SQLITE_READONLY')
    ? withCause(unavailable('The database may only be read: this account cannot write its file, its folder or its disk.'), error)
    : null
