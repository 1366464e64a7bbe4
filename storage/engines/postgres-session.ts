import {
  type CompiledQuery,
  type DatabaseConnection,
  type InsertQueryNode,
  Kysely,
  type QueryResult,
  type RootOperationNode,
} from 'kysely'
import type pg from 'pg'
import type { Database } from '../schema.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { endsConnection, isAfterFailure, translate } from './postgres-errors.ts'
import { WITHOUT_LIMIT } from './postgres-settings.ts'
import type { Connection } from './turn.ts'

/** Statements and bytes that may be under way without an answer, before the next one waits. */
const MAX_UNANSWERED = 64
const MAX_UNANSWERED_BYTES = 1024 * 1024
/** More texts than the room has; lists in `in (…)` make a text for each length. Those beyond are prepared each time. */
const MAX_STATEMENTS = 500

const names = new Map<string, string>()

/**
 * One connection of PostgreSQL, as Kysely's. Rows that are only inserted are not waited for: most statements of a transaction are such,
 * and each wait is a round trip while every other writer stands in line. What becomes of them is known with the next answer, at the
 * latest with that to the end of the work.
 */
export class Session implements DatabaseConnection {
  readonly db: Kysely<Database>
  readonly #client: pg.PoolClient
  readonly #turn: Connection
  readonly #isRead: boolean
  #unanswered = 0
  #unansweredBytes = 0
  /** Answers come in the order of the statements: with this one, all are there. */
  #last: Promise<unknown> = Promise.resolve()
  #begun: Promise<unknown> = Promise.resolve()
  #failure: unknown
  #isLost = false
  #isReleased = false
  #warning: string | undefined

  /** @param isRead - whether its transactions only read; then every statement is waited for. */
  constructor(client: pg.PoolClient, turn: Connection, isRead: boolean) {
    this.#client = client
    this.#turn = turn
    this.#isRead = isRead
    this.db = new Kysely({ dialect: postgresDialect(this) })
    client.on('error', this.#lose)
    client.on('end', this.#lose)
    client.on('notice', this.#warn)
  }

  /** Whether nothing more can be asked over this connection. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Gives the connection back; one that is lost, or in doubt, is closed. */
  release(isInDoubt = false): void {
    this.#isReleased = true
    this.#client.off('error', this.#lose)
    this.#client.off('end', this.#lose)
    this.#client.off('notice', this.#warn)
    this.#client.release(isInDoubt || this.#isLost)
  }

  /** One or several statements of the engine itself, without values. What failed before is forgotten where the transaction is whole again. */
  async control(text: string): Promise<pg.QueryResult[]> {
    try {
      const results = await this.#client.query({ text })
      return [results].flat()
    } catch (error) {
      throw this.#first(this.#noted(error))
    } finally {
      if (text.startsWith('rollback')) this.#failure = undefined
    }
  }

  /**
   * Commits. Where somebody ends the server's wait for its standby (`pg_cancel_backend`), it answers as if all were well, with a warning: kept
   * here, and perhaps nowhere else.
   *
   * @returns the server's word for what it did, and what it warned of.
   */
  async commit(): Promise<{ done: string | undefined; warning: string | undefined }> {
    this.#warning = undefined
    const [result] = await this.control('commit')
    return { done: result?.command, warning: this.#warning }
  }

  /** As {@link control}, without waiting: what becomes of it is known with the next answer. */
  begin(text: string): void {
    this.#failure = undefined
    this.#begun = this.control(text)
    this.#begun.catch(() => undefined) // every statement behind it fails, too
  }

  /** Takes back what was done since {@link begin}. Throws where that had failed: an earlier savepoint has the same name. */
  async takeBack(text: string): Promise<void> {
    await this.#begun
    await this.control(text)
  }

  /** Waits until everything that was said is answered. Throws what went wrong first. */
  async settled(): Promise<void> {
    await this.#last
    if (this.#failure !== undefined) throw this.#failure
  }

  executeQuery<R>(compiled: CompiledQuery): Promise<QueryResult<R>> {
    return this.#turn.during(async () => {
      // The connection may be another's by now, or closed.
      if (this.#isReleased) throw new Error('This transaction has ended: use the `tx` at hand.')
      const rows = this.#isRead ? null : rowsOfPlainInsert(compiled.query)
      const answer = this.#send<R>(compiled)
      if (rows === null || this.#unanswered >= MAX_UNANSWERED || this.#unansweredBytes >= MAX_UNANSWERED_BYTES) return answer
      this.#leave(answer, compiled.parameters)
      return { rows: [], numAffectedRows: BigInt(rows) }
    })
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Rows are not streamed: between two of them a transaction would be held open by whoever reads.')
  }

  async #send<R>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<R>> {
    // A change of the schema takes as long as there are rows.
    const patience = isSchemaChange(query) ? WITHOUT_LIMIT : {}
    const name = isSchemaChange(query) ? undefined : nameOf(sql)
    try {
      const { rows, rowCount } = await this.#client.query({
        text: sql,
        values: this.#isRead || query.kind === 'SelectQueryNode' ? parameters.map(findable) : [...parameters],
        ...patience,
        ...(name && { name }),
      })
      return { rows, numAffectedRows: BigInt(rowCount ?? 0) }
    } catch (error) {
      this.#failure ??= translate(error, this.#isRead)
      throw this.#first(this.#noted(error))
    }
  }

  /** Goes on without the answer; a refusal comes to light with the next. */
  #leave(answer: Promise<unknown>, parameters: readonly unknown[]): void {
    const bytes = parameters.reduce<number>((sum, value) => sum + (value instanceof Uint8Array ? value.length : 0), 0)
    this.#unanswered++
    this.#unansweredBytes += bytes
    const answered = () => {
      this.#unanswered--
      this.#unansweredBytes -= bytes
    }
    this.#last = answer.then(answered, answered)
  }

  /** After a failure the server refuses every statement for that alone; who asks is told what went wrong first. */
  #first(error: unknown): unknown {
    return this.#failure !== undefined && error instanceof Error && isAfterFailure(error)
      ? this.#failure
      : translate(error, this.#isRead)
  }

  #noted(error: unknown): unknown {
    if (endsConnection(error)) this.#isLost = true
    return error
  }

  readonly #lose = (): void => {
    this.#isLost = true
  }

  readonly #warn = ({ severity, message }: { severity: string | undefined; message: string | undefined }): void => {
    if (severity === 'WARNING') this.#warning = message ?? severity
  }
}

/**
 * No text that is kept here holds NUL, and the server takes none, not even to say that there is no such row: whoever asks for one would
 * be answered with a failure. A character that stands in no name of ours either is not found; what is written is left as it is.
 */
const findable = (value: unknown): unknown => (typeof value === 'string' ? value.replaceAll('\0', '\uffff') : value)

function nameOf(sql: string): string | undefined {
  const known = names.get(sql)
  if (known !== undefined || names.size >= MAX_STATEMENTS) return known
  const name = `restante_${names.size}`
  names.set(sql, name)
  return name
}

const isSchemaChange = ({ kind }: RootOperationNode): boolean => !/^(Select|Insert|Update|Delete|Raw)/.test(kind)

/** How many rows a statement inserts that answers nothing else, and that either succeeds whole or fails; null for all others. */
function rowsOfPlainInsert(query: RootOperationNode): number | null {
  if (query.kind !== 'InsertQueryNode') return null
  const { values, returning, onConflict } = query as InsertQueryNode
  if (returning || onConflict || values?.kind !== 'ValuesNode') return null
  return (values as unknown as { values: readonly unknown[] }).values.length
}
