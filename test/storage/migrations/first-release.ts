import type { Kysely } from 'kysely'
import { migrateDatabase, migrationsUpTo } from '../../../storage/migrations/migrate.ts'
import type { Database } from '../../../storage/schema.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { engineAt } from './bare-database.ts'
import rows from './first-release.json' with { type: 'json' }

/** A value as JSON can hold it. */
type Written = string | number | null | { hex: string }

/**
 * Makes a database as the first release left it, sealed under the tests' root key: a clinic with one message that waits, one that was
 * opened and has a file, one that was taken back, and a letter. Its rows were written by that release.
 */
export async function makeFirstRelease(url: string): Promise<void> {
  const engine = await engineAt(url)
  await migrateDatabase(engine, NEW_YEAR, migrationsUpTo(['0001-initial']))
  await engine.write(async db => {
    for (const [table, written] of Object.entries(rows as Record<string, Record<string, Written>[]>))
      await fill(db, table, written)
  })
  await engine.close()
}

async function fill(db: Kysely<Database>, table: string, written: Record<string, Written>[]): Promise<void> {
  if (table === 'migrations') return
  if (table === 'trail_head') await db.deleteFrom('trail_head').execute()
  for (const row of written)
    await db
      .insertInto(table as 'organizations')
      .values(bytesIn(row))
      .execute()
}

const bytesIn = (row: Record<string, Written>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value !== null && typeof value === 'object' ? Buffer.from(value.hex, 'hex') : value,
    ]),
  ) as { id: string; created_at: number }
