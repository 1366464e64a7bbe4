import type { CompiledQuery, Kysely, QueryResult, RawBuilder } from 'kysely'
import type { Precedence } from '../../server/store.ts'
import type { Database } from '../schema.ts'

/**
 * What differs between databases; everything else in this room is the same for all of them. Nothing outside can ask which one runs.
 */
export interface Engine {
  /**
   * Runs work alone in the one writing transaction and makes it durable; on any error nothing has changed.
   *
   * @param precedence.givesWay - lets others, come later, go first, so many that it still gets on. False when left out.
   * @throws PortalError `busy` when another process held the database too long; `unavailable` when it cannot be written.
   */
  write<T>(work: (db: Kysely<Database>) => Promise<T>, precedence?: Precedence): Promise<T>
  /** Runs work on one consistent state, beside writers; a write inside throws. */
  read<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T>
  /**
   * Runs work on one consistent state for as long as it takes, over a connection of its own: it may await anything and holds up nobody.
   * For copies of everything.
   */
  snapshot<T>(work: (state: Snapshot) => Promise<T>): Promise<T>
  /** Whether the database answers at all. False from the first failure after which it may have lost a write. */
  answers(): Promise<boolean>
  /** Makes what was deleted unreadable in every file of the database; false when another process reads there now: try again later. */
  purge(): Promise<boolean>
  close(): Promise<void>
  readonly dialect: EngineDialect
}

/** What the adapter of a database can do that lies in this process: it need not be waited for. */
export interface AnswersAtOnce {
  /** Runs a statement of the transaction at hand. */
  answer<R>(statement: CompiledQuery): QueryResult<R>
}

/** The database as it was at one moment. */
export interface Snapshot {
  tables(): Promise<string[]>
  count(table: string): Promise<number>
  /** Every row of a table, some at a time, in no particular order. One table at a time. */
  rows(table: string): AsyncIterable<Row[]>
  /** As the engine's own, on this state; also between two batches of {@link rows}. */
  read<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T>
}

/** Of any table. */
export type Row = Record<string, string | number | null | Uint8Array>

/** What migrations need to know of the database they write for. */
export interface EngineDialect {
  /** Column type of text, compared by its bytes: ids are in the order of their making. */
  readonly text: RawBuilder<unknown>
  /** Column type of times, counters and other integers up to 2^53. */
  readonly integer: 'integer' | 'bigint'
  /** Column type of bytes. */
  readonly bytes: 'blob' | 'bytea'
  /** Written behind a table whose rows should lie in the order of its primary key; empty where that cannot be said. */
  readonly clustered: RawBuilder<unknown>
  /** Names of the tables there are. */
  tables(db: Kysely<Database>): Promise<string[]>
  /** Makes the database itself refuse to change or delete rows of this table. */
  makeAppendOnly(db: Kysely<Database>, table: string): Promise<void>
  /** Drops these tables and whatever was made with them, in this order. */
  drop(db: Kysely<Database>, tables: readonly string[]): Promise<void>
  /** Keeps two programs from migrating at once, until the transaction ends. */
  lockMigrations(db: Kysely<Database>): Promise<void>
}

/** What may go wrong beneath, told to whoever runs the process. */
export interface EngineOptions {
  /**
   * Called once, when the database can no longer promise that what it acknowledges is on the disk. The process should stop: only
   * opening the files anew shows what they hold.
   */
  onFailure?: ((error: Error) => void) | undefined
  /** How long a writer waits for another process before it gives up. */
  patienceMilliseconds?: number | undefined
}
