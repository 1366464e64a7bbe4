import type { Kysely } from 'kysely'
import type { EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'

/**
 * Moves the next rows of a migration, as many as keep the one writer for some milliseconds.
 *
 * @param reached - what the batch before returned; null at the beginning.
 * @returns where it stopped, to go on from there; null when every row has been moved.
 */
export type Backfill = (db: Kysely<Database>, reached: string | null) => Promise<string | null>

/** How far an unfinished backfill has come, durable with the rows it moved. */
interface Unfinished {
  migration: string
  reached: string | null
}

/** The backfill that was begun and has not ended; there is never more than one, as the next migration waits for it. */
export async function unfinishedBackfill(db: Kysely<Database>, dialect: EngineDialect): Promise<Unfinished | undefined> {
  if (!(await dialect.tables(db)).includes('backfills')) return undefined
  return db.selectFrom('backfills').select(['migration', 'reached']).executeTakeFirst()
}

export async function beginBackfill(db: Kysely<Database>, migration: string): Promise<void> {
  await db.schema
    .createTable('backfills')
    .ifNotExists()
    .addColumn('migration', 'text', column => column.primaryKey().notNull())
    .addColumn('reached', 'text')
    .execute()
  await db.insertInto('backfills').values({ migration, reached: null }).execute()
}

/** The rows and how far they have come share the transaction: after an interruption no row is moved twice, and none left out. */
export async function moveBatch(
  db: Kysely<Database>,
  migration: string,
  backfill: Backfill,
  reached: string | null,
): Promise<void> {
  const now = await backfill(db, reached)
  if (now === null) await db.deleteFrom('backfills').where('migration', '=', migration).execute()
  else await db.updateTable('backfills').set({ reached: now }).where('migration', '=', migration).execute()
}
