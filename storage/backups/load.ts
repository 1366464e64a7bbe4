import type { Kysely } from 'kysely'
import { isPortalError } from '../../server/errors.ts'
import type { Engine, Row } from '../engines/engine.ts'
import type { PartStore } from '../part-stores/part-store.ts'
import type { Database } from '../schema.ts'
import type { Encodable } from '../sealing/encoding.ts'
import { tampered } from '../sealing/refusal.ts'
import type { Frame } from './frames.ts'

/** Told of a row that the database does not take. */
type Refused = (table: string, row: Row) => void

/** One transaction takes this much; it waits for the disk once. */
const BATCH_ROWS = 2_000
const BATCH_BYTES = 4 * 1024 * 1024
/** Fewer than any database allows in one statement. */
const MAX_PARAMETERS = 5_000

/**
 * Writes the tables of one half into an empty database.
 *
 * @param allowed - names of tables that may be in it.
 * @param refused - is told of rows that the database does not take, as what they refer to is damaged; without it they are an error.
 * @throws PortalError `tampered` when it holds anything else, or not all of it.
 */
export async function loadTables(
  engine: Engine,
  frames: AsyncIterator<Frame>,
  half: string,
  allowed: readonly string[],
  refused?: Refused,
): Promise<void> {
  const missing = new Set(allowed)
  for (;;) {
    const frame = await next(frames)
    const [kind, table] = frame
    if (kind === 'end' && table === half && missing.size === 0) return
    if (kind === 'table' && missing.delete(String(table))) await loadTable(engine, frames, frame, refused)
    else if (kind === 'end of table' && frame[2] === 0 && missing.delete(String(table))) continue
    else throw tampered()
  }
}

async function loadTable(
  engine: Engine,
  frames: AsyncIterator<Frame>,
  [, table, ...names]: Frame,
  refused: Refused | undefined,
): Promise<void> {
  const columns = names.map(String)
  let count = 0
  let batch: Row[] = []
  let bytes = 0
  const flush = async () => {
    if (batch.length > 0) await insertAll(engine, String(table), batch, refused)
    batch = []
    bytes = 0
  }
  for (;;) {
    const [kind, ...values] = await next(frames)
    if (kind === 'end of table' && values[0] === table && values[1] === count) return flush()
    if (kind !== 'row' || values.length !== columns.length) throw tampered()
    batch.push(Object.fromEntries(columns.map((column, at) => [column, values[at]!])))
    bytes += bytesOf(values)
    count++
    if (batch.length >= BATCH_ROWS || bytes >= BATCH_BYTES) await flush()
  }
}

/** Rows together; where the database does not take them, one by one, so that one of them costs no other. */
async function insertAll(engine: Engine, table: string, rows: Row[], refused: Refused | undefined): Promise<void> {
  try {
    await engine.write(db => insert(db, table, rows))
  } catch (error) {
    if (refused === undefined || isPortalError(error)) throw error
    const [only, ...others] = rows
    if (others.length === 0) return refused(table, only!)
    for (const row of rows) await insertAll(engine, table, [row], refused)
  }
}

async function insert(db: Kysely<Database>, table: string, rows: Row[]): Promise<void> {
  // Kysely wants to know tables by name; a backup takes whichever there are.
  const any = db as unknown as Kysely<Record<string, Row>>
  // Rows that every new database has.
  if (table === 'trail_head' || table === 'marks') await any.deleteFrom(table).execute()
  const atOnce = Math.max(1, Math.floor(MAX_PARAMETERS / Object.keys(rows[0]!).length))
  for (let from = 0; from < rows.length; from += atOnce)
    await any
      .insertInto(table)
      .values(rows.slice(from, from + atOnce))
      .execute()
}

/**
 * Puts the objects of the data half back into the part store.
 *
 * @returns names of those that were gone when the backup was made.
 */
export async function loadObjects(store: PartStore, frames: AsyncIterator<Frame>): Promise<Set<string>> {
  const gone = new Set<string>()
  for (;;) {
    const [kind, id] = await next(frames)
    if (kind === 'end of objects') break
    if (typeof id !== 'string' || (kind !== 'object' && kind !== 'object is gone')) throw tampered()
    const end = { isGone: kind === 'object is gone' }
    if (!end.isGone) {
      await store.put(id, piecesOf(frames, end))
      // It went while it was being copied.
      if (end.isGone) await store.remove(id)
    }
    if (end.isGone) gone.add(id)
  }
  if (!(await frames.next()).done) throw tampered()
  return gone
}

async function* piecesOf(frames: AsyncIterator<Frame>, end: { isGone: boolean }): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for (;;) {
    const [kind, value] = await next(frames)
    if (kind === 'object is gone') end.isGone = true
    if (end.isGone || (kind === 'end of object' && value === bytes)) return
    if (kind !== 'piece' || !(value instanceof Uint8Array)) throw tampered()
    bytes += value.length
    yield value
  }
}

/** @throws PortalError `tampered` when there is none. */
async function next(frames: AsyncIterator<Frame>): Promise<Frame> {
  const { done, value } = await frames.next()
  if (done) throw tampered()
  return value
}

const bytesOf = (values: readonly Encodable[]): number =>
  values.reduce<number>((sum, value) => sum + (value === null || typeof value === 'number' ? 8 : value.length), 0)
