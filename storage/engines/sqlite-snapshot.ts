import BetterSqlite from 'better-sqlite3'
import { Kysely } from 'kysely'
import type { Database } from '../schema.ts'
import type { Row, Snapshot } from './engine.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { translate } from './sqlite-errors.ts'

/** Rows handed on together: enough to be quick, little enough to keep the event loop free. */
const BATCH_BYTES = 256 * 1024

/**
 * One consistent state, read over a connection that nobody else uses. While it is open the log cannot be emptied, and grows by what is
 * written meanwhile.
 */
export async function sqliteSnapshot<T>(file: string, work: (state: Snapshot) => Promise<T>): Promise<T> {
  const database = new BetterSqlite(file, { readonly: true, fileMustExist: true })
  try {
    database.pragma('trusted_schema = OFF')
    database.pragma('temp_store = MEMORY')
    database.exec('begin')
    // `begin` alone decides nothing: the first statement that reads does.
    const tables = database
      .prepare<[], { name: string }>(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`)
      .all()
      .map(({ name }) => name)
    // Nobody else has this connection, and the file lets it write nothing.
    const db = new Kysely<Database>({ dialect: sqliteDialect(database, () => undefined, translate) })
    return await work({
      read: look => look(db),
      tables: async () => tables,
      async count(table) {
        const row = database.prepare<[], { count: number }>(`select count(*) as count from ${named(table)}`).get()
        return row!.count
      },
      rows: table => rowsOf(database, named(table)),
    })
  } catch (error) {
    throw translate(error)
  } finally {
    database.close()
  }
}

async function* rowsOf(database: BetterSqlite.Database, table: string): AsyncGenerator<Row[]> {
  let batch: Row[] = []
  let bytes = 0
  for (const row of database.prepare<[], Row>(`select * from ${table}`).iterate()) {
    batch.push(row)
    for (const value of Object.values(row)) bytes += value === null || typeof value === 'number' ? 8 : value.length
    if (bytes < BATCH_BYTES) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

function named(table: string): string {
  if (!/^[a-z_]+$/.test(table)) throw new RangeError('This is no name of a table.')
  return table
}
