import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type BetterSqlite from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import type { Precedence } from '../../server/store.ts'
import type { Database } from '../schema.ts'
import type { Engine, EngineDialect, EngineOptions, Snapshot } from './engine.ts'
import { Groups, type Writer } from './group.ts'
import { busy, stopping } from './refusals.ts'
import { checkpoint, openConnection, stepsOn } from './sqlite-connection.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { isBusy, isFatal, lost, readOnly, translate } from './sqlite-errors.ts'
import { SqliteFlush } from './sqlite-flush.ts'
import { SqliteLog } from './sqlite-log.ts'
import { sqliteSnapshot } from './sqlite-snapshot.ts'
import { Connection } from './turn.ts'

// Taken when the module loads: a test that sets the clock by hand must not stop the engine.
const { setTimeout } = globalThis

const PATIENCE_MILLISECONDS = 5_000
const RETRY_MILLISECONDS = 20

/**
 * Opens the embedded database: one connection that writes, one that reads.
 *
 * @param file - path of the database; made, readable by its owner alone, when it is not there.
 * @throws PortalError `busy` when another process keeps it from being opened for too long; `unavailable` when the file is no database;
 *   `misconfigured` when SQLite does not take a setting.
 */
export async function openSqlite(file: string, options: EngineOptions = {}): Promise<Engine> {
  prepareFile(file)
  // Each try waits about as long within SQLite as it is waited for the next.
  for (let patience = options.patienceMilliseconds ?? PATIENCE_MILLISECONDS; ; patience -= 2 * RETRY_MILLISECONDS) {
    try {
      return new Sqlite(file, ...connectionsTo(file), options)
    } catch (error) {
      // Of several that make a file at once, or open it while another is closing it, SQLite refuses some without waiting at all.
      if (!isBusy(error) || patience <= 0) throw readOnly(error) ?? translate(error)
      await new Promise(resolve => setTimeout(resolve, RETRY_MILLISECONDS))
    }
  }
}

/** Both or none. */
function connectionsTo(file: string): [writer: BetterSqlite.Database, reader: BetterSqlite.Database] {
  const writer = openConnection(file, 'beside')
  try {
    requireWritable(writer)
    return [writer, openConnection(file)]
  } catch (error) {
    writer.close()
    throw error
  }
}

/** A portal that can only read cannot show a message either, as no look could be recorded: better it says so at once. */
function requireWritable(writer: BetterSqlite.Database): void {
  try {
    writer.exec('begin immediate')
    // Where nothing can be written, that quietly begins a read; only a statement that writes is refused.
    writer.pragma(`user_version = ${writer.pragma('user_version', { simple: true })}`)
    writer.exec('rollback')
  } catch (error) {
    if (!isBusy(error)) throw error // busy: somebody else can write
  }
}

function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
}

class Sqlite implements Engine {
  readonly dialect = dialect
  readonly #file: string
  readonly #writer: BetterSqlite.Database
  readonly #reader: BetterSqlite.Database
  readonly #writerSteps: (steps: string) => void
  readonly #readerSteps: (steps: string) => void
  readonly #writing = new Connection()
  readonly #groups: Groups
  readonly #flush: SqliteFlush
  readonly #log: SqliteLog
  readonly #reading = new Connection()
  readonly #writerDb: Kysely<Database>
  readonly #readerDb: Kysely<Database>
  readonly #options: EngineOptions
  #failure: Error | undefined
  #closed = false

  constructor(file: string, writer: BetterSqlite.Database, reader: BetterSqlite.Database, options: EngineOptions) {
    this.#file = file
    this.#writer = writer
    this.#reader = reader
    this.#options = options
    reader.pragma('query_only = ON')
    this.#writerSteps = stepsOn(writer)
    this.#readerSteps = stepsOn(reader)
    this.#flush = new SqliteFlush(`${file}-wal`, writer)
    this.#groups = new Groups(this.#groupWriter(), this.#writing, options.patienceMilliseconds ?? PATIENCE_MILLISECONDS)
    this.#log = new SqliteLog({
      ...{ file, writer, notice: error => this.#notice(error) },
      held: step => this.#alone(step),
    })
    const noticed = (error: unknown) => this.#notice(error)
    this.#writerDb = new Kysely({ dialect: sqliteDialect(writer, () => this.#writing.requireTurn(), noticed) })
    this.#readerDb = new Kysely({ dialect: sqliteDialect(reader, () => this.#reading.requireTurn(), noticed) })
  }

  async write<T>(work: (db: Kysely<Database>) => Promise<T>, { givesWay = false, committing }: Precedence = {}): Promise<T> {
    this.#refuseWrongTime()
    return this.#groups.write(() => work(this.#writerDb), givesWay, committing)
  }

  async read<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T> {
    this.#refuseWrongTime()
    const looked = this.#reading.queue(async () => {
      this.#refuseAfterFailure()
      this.#attempt(() => this.#readerSteps('begin'))
      return this.#whole(() => this.#reading.run(() => work(this.#readerDb)))
    }, false)
    // Nobody is told what a power cut could still take back; refusals, too, rest on what was seen.
    await looked.catch(() => undefined)
    await this.#durable()
    return looked
  }

  async snapshot<T>(work: (state: Snapshot) => Promise<T>): Promise<T> {
    this.#refuseWrongTime()
    this.#refuseAfterFailure()
    return sqliteSnapshot(this.#file, async state => {
      await this.#durable()
      return work(state)
    })
  }

  async answers(): Promise<boolean> {
    if (this.#failure) return false
    try {
      return await this.read(async db => (await sql`select 1`.execute(db)).rows.length === 1)
    } catch {
      return false // that it does not answer is the answer
    }
  }

  async purge(): Promise<boolean> {
    this.#refuseWrongTime()
    return this.#log.purge()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true // what is queued is still done; nothing new is begun
    await Promise.all([this.#groups.idle(), this.#reading.idle()])
    await this.#durable().catch(() => undefined) // whoever waited for it is told
    await this.#log.close()
    this.#reader.close()
    try {
      if (!this.#failure) checkpoint(this.#writer, 'TRUNCATE')
    } catch (error) {
      // On a full disk, for one: it is durable where it lies, and is copied when the file is opened again.
      this.#notice(error)
    }
    this.#writer.close()
    this.#flush.close()
  }

  #groupWriter(): Writer {
    return {
      begin: () => {
        this.#refuseAfterFailure()
        try {
          this.#writerSteps('begin immediate')
          return true
        } catch (error) {
          if (isBusy(error)) return false
          throw this.#notice(error)
        }
      },
      exec: statement => {
        // A write that may be lost acknowledges nothing, whoever shared the transaction with it.
        if (statement === 'commit') this.#refuseAfterFailure()
        this.#attempt(() => this.#writerSteps(statement))
        if (statement === 'commit') this.#flush.committed()
      },
      durable: () => this.#durable(),
      inTransaction: () => this.#writer.inTransaction,
      busy,
      ended: () => this.#log.grown(),
    }
  }

  /** Runs a step between two transactions. */
  #alone<T>(step: () => Promise<T>): Promise<T> {
    return this.#writing.queue(async () => {
      this.#refuseAfterFailure()
      return step()
    }, true)
  }

  /** Ends a read, however the work ended. */
  async #whole<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work()
      this.#refuseAfterFailure()
      this.#attempt(() => this.#readerSteps('commit'))
      return result
    } catch (error) {
      // Some errors have rolled back already.
      if (this.#reader.inTransaction) this.#attempt(() => this.#readerSteps('rollback'))
      throw error
    }
  }

  /** Resolves when what can be seen now would be there after a power cut. */
  async #durable(): Promise<void> {
    this.#refuseAfterFailure()
    try {
      await this.#flush.all()
    } catch (error) {
      throw this.#notice(lost(error))
    }
  }

  #attempt(step: () => void): void {
    try {
      step()
    } catch (error) {
      throw this.#notice(error)
    }
  }

  /** Says in the room's words what went wrong, and remembers when it was the last thing that may go wrong. */
  #notice(error: unknown): unknown {
    const said = translate(error)
    if (isFatal(error) && !this.#failure && said instanceof Error) {
      this.#failure = said
      this.#options.onFailure?.(said)
    }
    return said
  }

  #refuseWrongTime(): void {
    Connection.refuseNesting()
    if (this.#closed) throw stopping()
  }

  #refuseAfterFailure(): void {
    if (this.#failure) throw this.#failure
  }
}

const dialect: EngineDialect = {
  text: sql`text`,
  integer: 'integer',
  bytes: 'blob',
  clustered: sql`without rowid`,
  async tables(db) {
    const { rows } = await sql<{
      name: string
    }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`.execute(db)
    return rows.map(row => row.name)
  },
  async makeAppendOnly(db, table) {
    for (const change of ['update', 'delete']) {
      const trigger = sql.id(`${table}_no_${change}`)
      const refusal = sql.lit(`${table} is append-only`)
      await sql`create trigger ${trigger} before ${sql.raw(change)} on ${sql.table(table)}
        begin select raise(abort, ${refusal}); end`.execute(db)
    }
  },
  async drop(db, tables) {
    for (const table of tables) await sql`drop table if exists ${sql.table(table)}`.execute(db)
  },
  async lockMigrations() {
    // `begin immediate` has locked every other writer out already
  },
}
