import type BetterSqlite from 'better-sqlite3'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { AnswersAtOnce } from './engine.ts'
import { HandDriven } from './hand-driven.ts'

/** More texts than the room has; lists in `in (…)` make a text for each length. */
const MAX_STATEMENTS = 500

/**
 * Kysely on one open better-sqlite3 connection, with prepared statements. Kysely's own SQLite driver prepares anew each time and
 * begins transactions of its own; here they are begun and ended by the engine alone.
 *
 * @param guard - called before each statement; throws when it may not run now.
 * @param translate - makes of an error of the driver what the room says.
 */
export function sqliteDialect(
  database: BetterSqlite.Database,
  guard: () => void,
  translate: (error: unknown) => unknown,
): Dialect {
  const connection = new PreparedConnection(database, guard, translate)
  return {
    createAdapter: () => new Adapter(connection),
    createDriver: () => new HandDriven(connection),
    createIntrospector: db => new SqliteIntrospector(db),
    createQueryCompiler: () => new Compiler(),
  }
}

/**
 * A bare `?` that SQLite could make use of while it plans (a limit, a column of a partial index) makes it plan the statement anew each
 * time it is given another value, which takes ten times as long as running it. What stands behind a plus is the same value, and is let be;
 * so a partial index is used only where its condition stands word by word.
 */
class Compiler extends SqliteQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return '+?'
  }
}

class Adapter extends SqliteAdapter implements AnswersAtOnce {
  readonly answer: PreparedConnection['answer']

  constructor(connection: PreparedConnection) {
    super()
    this.answer = connection.answer.bind(connection)
  }
}

class PreparedConnection implements DatabaseConnection {
  readonly #database: BetterSqlite.Database
  readonly #guard: () => void
  readonly #translate: (error: unknown) => unknown
  readonly #statements = new Map<string, BetterSqlite.Statement<unknown[], unknown>>()

  constructor(database: BetterSqlite.Database, guard: () => void, translate: (error: unknown) => unknown) {
    this.#database = database
    this.#guard = guard
    this.#translate = translate
  }

  async executeQuery<R>(statement: CompiledQuery): Promise<QueryResult<R>> {
    return this.answer(statement)
  }

  answer<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    this.#guard()
    try {
      const statement = this.#prepared(sql)
      if (statement.reader) return { rows: statement.all(...parameters) as R[] }
      return { rows: [], numAffectedRows: BigInt(statement.run(...parameters).changes) }
    } catch (error) {
      throw this.#translate(error)
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Rows are not streamed: a transaction ends within one turn of the event loop.')
  }

  #prepared(sql: string): BetterSqlite.Statement<unknown[], unknown> {
    const known = this.#statements.get(sql)
    if (known) return known
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear()
    const statement = this.#database.prepare<unknown[], unknown>(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
