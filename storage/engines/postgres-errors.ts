import { isPortalError, PortalError } from '../../server/errors.ts'
import { busy, unavailable, withCause, writtenInRead } from './refusals.ts'

/** SQLSTATE of the server's errors, or Node's code of those of the network. */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Others hold what is asked for; it may be free in a moment. */
const BUSY = new Set([
  '55P03', // lock_not_available: lock_timeout
  '57014', // query_canceled: statement_timeout
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '53300', // too_many_connections
  '53400', // configuration_limit_exceeded
])

const POOLED = 'is reached through a pooler that keeps no connection whole: it must be set to session mode'

/** The server as it stands will not do; only whoever runs it can put that right. */
const MISCONFIGURED: Record<string, string> = {
  '28P01': 'does not accept the password of DATABASE_URL',
  '28000': 'does not let the user of DATABASE_URL in',
  '3D000': 'has no such database as DATABASE_URL names',
  '3F000': 'has no schema on the search path of this connection',
  '42501': 'does not give the user of DATABASE_URL the rights it needs',
  '0A000': 'lacks a feature that the portal needs',
  // A statement that was prepared is not there, or one that was not is: each transaction runs on another connection.
  '42P05': POOLED,
  '26000': POOLED,
}

/** `lock_timeout`: another process holds what was asked for. */
export const isLockTimeout = (error: unknown): boolean => codeOf(error) === '55P03'

/** A table that is not there: the database has not been migrated yet. */
export const isUndefinedTable = (error: unknown): boolean => codeOf(error) === '42P01'

/** What the server answers to every statement after one that failed. */
export const isAfterFailure = (error: unknown): boolean => codeOf(error) === '25P02'

/** Prepared before a migration changed the table: a new connection prepares anew. */
const isOutdatedPlan = (error: unknown): boolean =>
  codeOf(error) === '0A000' && error instanceof Error && error.message.startsWith('cached plan')

/** Whether nothing more can be asked over this connection: it is lost, or the server is about to close it. */
export function endsConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  // What the server refuses comes with a severity and leaves the connection as it was; everything else came from the network or from the
  // driver. Its code alone does not tell: EPIPE looks like a SQLSTATE.
  if (!('severity' in error)) return true
  return error.severity === 'FATAL' || error.severity === 'PANIC' || isOutdatedPlan(error)
}

/**
 * What the room says of an error of the driver. The driver's own stays with it as `cause`, but where it might quote the connection's
 * settings.
 *
 * @param isRead - whether it came from a transaction that may only read.
 */
export function translate(error: unknown, isRead: boolean): unknown {
  if (isPortalError(error)) return error
  const code = codeOf(error)
  if (BUSY.has(code) || isPoolTimeout(error)) return withCause(busy(), error)
  if (code === '25006')
    return isRead
      ? withCause(writtenInRead(), error)
      : withCause(unavailable('The database can only be read now; nothing was changed.'), error)
  if (code === '53100') return withCause(unavailable('The disk of the database is full: nothing was written.'), error)
  if (endsConnection(error)) return withCause(connectionLost(), error)
  const wrong = MISCONFIGURED[code]
  if (wrong !== undefined) return withCause(new PortalError('misconfigured', `PostgreSQL ${wrong} (${code}).`), error)
  // 53: resources, 57: the operator steps in, 58: the system beneath, F0 and XX: files that are damaged.
  if (/^(53|57|58|F0|XX)/.test(code))
    return withCause(unavailable(`The database could not do this (${code}); nothing was changed.`), error)
  return error
}

/** As {@link translate}, for what went wrong while connecting: nothing had been asked for yet. */
export function translateConnecting(error: unknown): unknown {
  if (isPortalError(error)) return error
  const code = codeOf(error)
  if (BUSY.has(code) || isPoolTimeout(error)) return withCause(busy(), error)
  const wrong = MISCONFIGURED[code]
  if (wrong !== undefined) return withCause(new PortalError('misconfigured', `PostgreSQL ${wrong} (${code}).`), error)
  return withCause(unavailable(`The database cannot be reached${code === '' ? '' : ` (${code})`}.`), error)
}

export const connectionLost = (): PortalError => unavailable('The connection to the database was lost.')

/** Said of a commit whose answer never came, or came with a warning. */
export const commitUnknown = (cause: unknown): Error =>
  withCause(unavailable('The database did not say that this was kept: it is not known whether it was.'), cause)

/** The pool says it in words alone. */
const isPoolTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message === 'timeout exceeded when trying to connect'
