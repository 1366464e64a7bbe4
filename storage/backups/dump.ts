import { PortalError } from '../../server/errors.ts'
import type { Row, Snapshot } from '../engines/engine.ts'
import type { Frame } from './frames.ts'
import { isWritable } from './looking.ts'
import { dataTables, KEY_TABLES } from './tables.ts'

/** The two halves of a backup: what is kept, and the keys it is kept under. Neither opens without the other and the root key. */
export type Half = 'data' | 'keys'

/** What a backup says of the database it was made of. */
export interface Dumped {
  /** Names of the migrations that had been run. */
  migrations: string[]
  messages: number
  /** Entries of the trail. */
  entries: number
  rows: number
}

/** Told of every so many rows. */
export type Progress = (done: number, total: number) => void

/** @throws PortalError `misconfigured` when the database has not been migrated to its end. */
export async function describe(state: Snapshot): Promise<Dumped> {
  const tables = await state.tables()
  if (tables.includes('backfills') && (await state.count('backfills')) > 0)
    throw new PortalError('misconfigured', 'A migration is still moving rows: run `portal migrate` first.')
  let rows = 0
  for (const table of dataTables(tables)) rows += await state.count(table)
  const [head] = await all(state, 'trail_head')
  return {
    migrations: (await all(state, 'migrations')).map(row => String(row.name)).sort(),
    messages: await state.count('messages'),
    entries: Number(head?.size ?? 0),
    rows,
  }
}

/**
 * One half, row by row; memory does not grow with it.
 *
 * @param look - looks at each row before it is written: as it is, whatever it finds.
 */
export async function* dump(
  state: Snapshot,
  half: Half,
  look: (table: string, row: Row) => Promise<void>,
  onProgress: Progress = () => undefined,
): AsyncGenerator<Frame> {
  const tables = half === 'keys' ? KEY_TABLES : dataTables(await state.tables())
  const { rows: total } = half === 'keys' ? { rows: 0 } : await describe(state)
  let done = 0
  for (const table of tables) {
    let columns: string[] | undefined
    let isBegun = false
    let count = 0
    for await (const rows of state.rows(table)) {
      columns ??= Object.keys(rows[0]!)
      if (!isBegun) yield ['table', table, ...columns]
      isBegun = true
      for (const row of rows) {
        await look(table, row)
        if (!isWritable(row)) continue
        yield ['row', ...columns.map(column => row[column]!)]
        count++
      }
      done += rows.length
      onProgress(done, total)
    }
    yield ['end of table', table, count]
  }
  yield ['end', half]
}

async function all(state: Snapshot, table: string): Promise<Row[]> {
  const found: Row[] = []
  for await (const rows of state.rows(table)) found.push(...rows)
  return found
}
