import { type Kysely, type QueryResult, sql } from 'kysely'
import { padded } from './batches.ts'
import { prepared } from './prepared.ts'
import type { Database, MessageRow } from './schema.ts'

/** Rows that one statement moves. */
const MOST = 64

/** What is written of a row. */
type Moved = Pick<MessageRow, 'id' | 'state' | 'revision' | 'mac'>

/**
 * Writes the state, revision and mac of many messages, where each still is as it was one revision before, in one of these states.
 *
 * @param moved - all to one state, none twice.
 * @returns the statements, begun, and how many rows each writes if nothing came in between.
 */
export function* moveRows(
  db: Kysely<Database>,
  moved: readonly Moved[],
  from: readonly string[],
): Generator<{ count: number; statement: Promise<QueryResult<unknown>> }> {
  for (let start = 0; start < moved.length; start += MOST) {
    const some = moved.slice(start, start + MOST)
    const rows = padded(some).map(({ id, revision, mac }) => ({ id, revision, mac }))
    yield { count: some.length, statement: move(db, { to: some[0]!.state, from, rows }) }
  }
}

interface Move {
  to: string
  from: readonly string[]
  rows: readonly Omit<Moved, 'state'>[]
}

/**
 * One statement for many rows, though each has a mac of its own. The values stand behind a question that finds nothing, from which databases
 * that insist on types know them.
 */
const move = prepared((db, { to, from, rows }: Move) => {
  const typed = sql`select id, revision, mac from messages where 1 = 0`
  const values = rows.map(({ id, revision, mac }) => sql`select ${id}, ${revision}, ${mac}`)
  const statement = sql`
    with moved (id, revision, mac) as (${sql.join([typed, ...values], sql` union all `)})
    update messages set state = ${to}, revision = moved.revision, mac = moved.mac from moved
    where messages.id = moved.id and messages.revision = moved.revision - 1 and messages.state in (${sql.join(from)})`
  return { compile: () => statement.compile(db) }
})
