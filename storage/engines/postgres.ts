import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import type { Database } from '../schema.ts'
import type { Engine, EngineOptions, Snapshot } from './engine.ts'
import { Groups } from './group.ts'
import { dialect } from './postgres-dialect.ts'
import { connectionLost, translateConnecting } from './postgres-errors.ts'
import { Purging } from './postgres-purge.ts'
import { Session } from './postgres-session.ts'
import { connectionOptions } from './postgres-settings.ts'
import { postgresSnapshot } from './postgres-snapshot.ts'
import { PostgresWriter } from './postgres-writer.ts'
import { stopping } from './refusals.ts'
import { Connection } from './turn.ts'

const PATIENCE_MILLISECONDS = 5_000
/** One writes, one purges; the others read. */
const READERS = 8

/**
 * Opens a PostgreSQL database. Connections are made when they are needed and made anew when they were lost: a server that is away for a
 * while is refused with `unavailable` meanwhile, and used again when it is back.
 *
 * @param url - `postgres://…`
 * @throws PortalError `misconfigured` when the address cannot be read; everything else is noticed by the first transaction.
 */
export const openPostgres = (url: string, options: EngineOptions = {}): Engine => new Postgres(url, options)

class Postgres implements Engine {
  readonly dialect = dialect
  readonly #writers: pg.Pool
  readonly #readers: pg.Pool
  readonly #writer: PostgresWriter
  readonly #groups: Groups
  readonly #purging: Purging
  #closed = false

  constructor(url: string, options: EngineOptions) {
    const patience = options.patienceMilliseconds ?? PATIENCE_MILLISECONDS
    this.#writers = pool(connectionOptions(url, patience, 2))
    this.#readers = pool(connectionOptions(url, patience, READERS))
    const turn = new Connection()
    this.#writer = new PostgresWriter(this.#writers, turn)
    this.#purging = new Purging(this.#writers)
    this.#groups = new Groups(this.#writer, turn, patience)
  }

  async write<T>(work: (db: Kysely<Database>) => Promise<T>, { givesWay = false } = {}): Promise<T> {
    this.#refuseWrongTime()
    return this.#groups.write(() => work(this.#writer.db), givesWay)
  }

  async read<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T> {
    this.#refuseWrongTime()
    const turn = new Connection()
    // A connection that was lost while nobody used it may come to light only now; nothing had been asked over it yet.
    const session = (await this.#reader(turn)) ?? (await this.#reader(turn))
    if (session === null) throw connectionLost()
    try {
      return await turn.run(() => work(session.db))
    } finally {
      // Not waited for: it has read what it wanted. The connection is free when this is answered.
      session.control('rollback').then(
        () => session.release(),
        () => session.release(true),
      )
    }
  }

  async snapshot<T>(work: (state: Snapshot) => Promise<T>): Promise<T> {
    this.#refuseWrongTime()
    const client = await this.#readers.connect().catch(error => {
      throw translateConnecting(error)
    })
    return postgresSnapshot(client, work)
  }

  async answers(): Promise<boolean> {
    try {
      return await this.read(async db => (await sql`select 1`.execute(db)).rows.length === 1)
    } catch {
      return false // that it does not answer is the answer
    }
  }

  async purge(): Promise<boolean> {
    this.#refuseWrongTime()
    return this.#purging.purge()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true // what is queued is still done; nothing new is begun
    await this.#groups.idle()
    await Promise.all([this.#writers.end(), this.#readers.end()])
  }

  /** A connection that has begun to read; null when it turned out to be lost. */
  async #reader(turn: Connection): Promise<Session | null> {
    const client = await this.#readers.connect().catch(error => {
      throw translateConnecting(error)
    })
    const session = new Session(client, turn, true)
    try {
      await session.control('begin isolation level repeatable read, read only')
      return session
    } catch (error) {
      session.release(true)
      if (session.isLost) return null
      throw error
    }
  }

  #refuseWrongTime(): void {
    Connection.refuseNesting()
    if (this.#closed) throw stopping()
  }
}

function pool(options: pg.PoolConfig): pg.Pool {
  const made = new pg.Pool(options)
  // A connection that is lost while nobody uses it is replaced when the next one is needed.
  made.on('error', () => undefined)
  return made
}
