import BetterSqlite from 'better-sqlite3'
import { PortalError } from '../../server/errors.ts'

/** Waiting inside SQLite stops the thread, so only this long; the rest of the patience is spent asynchronously. */
const BLOCKING_MILLISECONDS = 20
/** A log that begins anew is cut to this, in the end: what a file keeps need not be asked of the disk again. */
export const KEPT_LOG_BYTES = 4 * 1024 * 1024

/** What every connection runs with, and what SQLite must answer when asked for it. Several are not kept in the file. */
const PRAGMAS = [
  ['journal_mode', 'WAL', 'wal'],
  // Deleted content stays readable in the file until its page is reused; secure_delete overwrites it with zeros.
  ['secure_delete', 'ON', 1],
  ['foreign_keys', 'ON', 1],
  // Functions and virtual tables named by a schema that somebody else wrote are not run.
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  // Sorting never leaves sealed or unsealed rows in a temporary file.
  ['temp_store', 'MEMORY', 2],
  ['busy_timeout', String(BLOCKING_MILLISECONDS), BLOCKING_MILLISECONDS],
  // SQLite's own copying of the log is part of a commit, for which everybody would wait: see sqlite-log.ts.
  ['wal_autocheckpoint', '0', 0],
  ['journal_size_limit', String(KEPT_LOG_BYTES), KEPT_LOG_BYTES],
] as const

/**
 * `beside`: what is committed is not durable before {@link SqliteFlush} has seen to it; the log is still flushed before it is copied into
 * the file. `in commit`: the commit waits for the disk, and the thread with it.
 */
const SYNCHRONOUS = { beside: ['synchronous', 'NORMAL', 1], 'in commit': ['synchronous', 'FULL', 2] } as const

/** @throws PortalError `misconfigured` when SQLite does not take a setting. */
export function openConnection(file: string, flushing: keyof typeof SYNCHRONOUS = 'in commit'): BetterSqlite.Database {
  const database = new BetterSqlite(file, { timeout: BLOCKING_MILLISECONDS })
  try {
    for (const [name, value, expected] of [...PRAGMAS, SYNCHRONOUS[flushing]]) {
      database.pragma(`${name} = ${value}`)
      const actual = database.pragma(name, { simple: true })
      if (actual !== expected)
        throw new PortalError('misconfigured', `SQLite does not run with ${name} = ${value}, but with ${actual}.`)
    }
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Runs `begin`, `commit` and the like on a connection. They are prepared once: to take such words apart takes longer than to do them. */
export function stepsOn(database: BetterSqlite.Database): (steps: string) => void {
  const prepared = new Map<string, BetterSqlite.Statement<[]>>()
  return steps => {
    for (const step of steps.split('; ')) {
      const known = prepared.get(step) ?? database.prepare<[]>(step)
      prepared.set(step, known)
      known.run()
    }
  }
}

/**
 * Copies the log into the file. PASSIVE: as much as nobody reads any more, beside writers. RESTART: all of it, so that it begins anew;
 * TRUNCATE empties it as well. Both wait for readers, briefly, and keep writers out.
 */
export type Checkpoint = 'PASSIVE' | 'RESTART' | 'TRUNCATE'

/** @returns false when somebody still needs the log, or is copying it. */
export const checkpoint = (database: BetterSqlite.Database, mode: Checkpoint): boolean =>
  database.pragma(`wal_checkpoint(${mode})`, { simple: true }) === 0
