import type pg from 'pg'
import type { Row, Snapshot } from './engine.ts'
import { translate } from './postgres-errors.ts'
import { Session } from './postgres-session.ts'
import { Connection } from './turn.ts'

/** Rows fetched together. Those with a chunk of a file have 64 KiB each. */
const BATCH_ROWS = 100

/** One consistent state over a connection that nobody else uses; given back at the end. */
export async function postgresSnapshot<T>(client: pg.PoolClient, work: (state: Snapshot) => Promise<T>): Promise<T> {
  const turn = new Connection()
  const session = new Session(client, turn, true)
  try {
    await client.query('begin isolation level repeatable read, read only')
    // It may take hours and be silent meanwhile: neither of the limits for those whom others wait for.
    await client.query('set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0')
    const { rows: tables } = await client.query<{ name: string }>(
      'select tablename::text as name from pg_catalog.pg_tables where schemaname = current_schema()',
    )
    const result = await work({
      read: look => turn.run(() => look(session.db)),
      tables: async () => tables.map(({ name }) => name),
      async count(table) {
        const { rows } = await client.query<{ count: number }>(`select count(*) as count from ${named(table)}`)
        return rows[0]!.count
      },
      rows: table => rowsOf(client, named(table)),
    })
    await client.query('rollback')
    session.release()
    return result
  } catch (error) {
    session.release(true)
    throw translate(error, true)
  }
}

async function* rowsOf(client: pg.PoolClient, table: string): AsyncGenerator<Row[]> {
  await client.query(`declare rows_of_table no scroll cursor for select * from ${table}`)
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${BATCH_ROWS} from rows_of_table`)
    if (rows.length === 0) break
    yield rows
  }
  await client.query('close rows_of_table')
}

function named(table: string): string {
  if (!/^[a-z_]+$/.test(table)) throw new RangeError('This is no name of a table.')
  return table
}
