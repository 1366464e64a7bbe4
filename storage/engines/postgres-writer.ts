import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { Database } from '../schema.ts'
import type { Writer } from './group.ts'
import { MIGRATION_LOCK } from './postgres-dialect.ts'
import { commitUnknown, connectionLost, isLockTimeout, isUndefinedTable, translateConnecting } from './postgres-errors.ts'
import { Session } from './postgres-session.ts'
import { busy } from './refusals.ts'
import type { Connection } from './turn.ts'

/**
 * The row that every writing transaction locks first. One that is kept by every database of this family, where locks by number are kept
 * by some only; and what is done under it moves the trail's head anyway.
 */
const WRITE_LOCK = 'select 1 from trail_head where id = 1 for update'
/** Before there are tables. */
const EMPTY_LOCK = `select pg_advisory_xact_lock(${MIGRATION_LOCK})`

/** Writes on one connection at a time; the lock keeps other processes from writing meanwhile. */
export class PostgresWriter implements Writer {
  readonly #pool: pg.Pool
  readonly #turn: Connection
  #session: Session | undefined
  #inTransaction = false

  constructor(pool: pg.Pool, turn: Connection) {
    this.#pool = pool
    this.#turn = turn
  }

  busy = busy

  /** For the work whose turn it is. */
  get db(): Kysely<Database> {
    return this.#running().db
  }

  async begin(milliseconds: number): Promise<boolean> {
    // A connection that was lost while nobody used it may come to light only now; nothing had been asked over it yet.
    return (await this.#tryToBegin(milliseconds)) ?? (await this.#tryToBegin(milliseconds)) ?? Promise.reject(connectionLost())
  }

  async exec(statement: string): Promise<void> {
    // Savepoints need neither a release, as the commit takes them all, nor a round trip of their own: load would pay for two a work.
    if (statement === 'savepoint one') return this.#running().begin(statement)
    if (statement === 'release one') return this.#running().settled()
    if (statement.startsWith('rollback to')) return this.#running().takeBack(statement)
    const ends = statement === 'commit' || statement === 'rollback'
    if (ends) this.#inTransaction = false
    const session = this.#running()
    if (statement !== 'commit') return void (await session.control(statement))
    const { done, warning } = await session.commit().catch(error => {
      throw session.isLost ? commitUnknown(error) : error
    })
    // The server answers `commit` with a rollback, and with no error, where a statement before it had failed.
    if (done !== 'COMMIT') throw new Error('The transaction was rolled back where it should have been committed.')
    if (warning !== undefined) throw commitUnknown(new Error(warning))
  }

  /** The server answers a commit when it is. */
  async durable(): Promise<void> {
    // nothing is left to be waited for
  }

  inTransaction(): boolean {
    return this.#inTransaction && this.#session?.isLost === false
  }

  ended(): void {
    this.#session?.release(this.#inTransaction)
    this.#session = undefined
    this.#inTransaction = false
  }

  /** @returns null when the connection turned out to be lost. */
  async #tryToBegin(milliseconds: number): Promise<boolean | null> {
    this.#session = await this.#connect()
    try {
      return (await this.#lock(milliseconds, WRITE_LOCK)) || (await this.#lock(milliseconds, EMPTY_LOCK))
    } catch (error) {
      const { isLost } = this.#session
      this.ended()
      if (isLost) return null
      if (error instanceof Error && isLockTimeout(error.cause)) return false
      throw error
    }
  }

  /** @returns false when there is no such table. */
  async #lock(milliseconds: number, lock: string): Promise<boolean> {
    const session = this.#running()
    try {
      // A snapshot for each statement: one for all would be taken before the lock is had, and be old by then.
      await session.control(`begin isolation level read committed; set local lock_timeout = ${Math.ceil(milliseconds)}; ${lock}`)
      this.#inTransaction = true
      return true
    } catch (error) {
      if (!session.isLost) await session.control('rollback')
      if (!session.isLost && isUndefinedTable(error)) return false
      throw error
    }
  }

  async #connect(): Promise<Session> {
    const client = await this.#pool.connect().catch(error => {
      throw translateConnecting(error)
    })
    return new Session(client, this.#turn, false)
  }

  #running(): Session {
    if (this.#session === undefined) throw new Error('This transaction has ended, or never began on this connection.')
    return this.#session
  }
}
