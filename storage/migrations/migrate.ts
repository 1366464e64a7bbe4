import type { Kysely } from 'kysely'
import { PortalError } from '../../server/errors.ts'
import type { Instant } from '../../server/time.ts'
import type { Engine, EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'
import { initial } from './0001-initial.ts'

interface Migration {
  name: string
  up(db: Kysely<Database>, dialect: EngineDialect): Promise<void>
}

/** In the order they run. A released one is never changed, only followed. */
const MIGRATIONS: readonly Migration[] = [{ name: '0001-initial', up: initial }]

/** `unknown`: a database that some other program, or a newer one, has made. */
export type SchemaState = 'empty' | 'older' | 'current' | 'newer' | 'unknown'

/**
 * Brings the schema to what this program knows, in one transaction: old or new, never between. Does nothing when it is.
 *
 * @returns the names of the migrations that were run.
 * @throws PortalError `misconfigured` when the database is a newer program's, or not Restante's.
 */
export async function migrateDatabase(engine: Engine, now: Instant): Promise<string[]> {
  if ((await engine.read(db => schemaState(db, engine.dialect))) === 'current') return []
  return engine.write(async db => {
    await engine.dialect.lockMigrations(db)
    refuseForeign(await schemaState(db, engine.dialect))
    await createMigrationsTable(db, engine.dialect)
    const done = await applied(db)
    const missing = MIGRATIONS.slice(done.length)
    for (const { name, up } of missing) {
      await up(db, engine.dialect)
      await db.insertInto('migrations').values({ name, at: now }).execute()
    }
    return missing.map(({ name }) => name)
  })
}

/** @throws PortalError `misconfigured` unless the schema is exactly the one this program knows. */
export function refuseOther(state: SchemaState): void {
  refuseForeign(state)
  if (state !== 'current')
    throw new PortalError('misconfigured', 'The database has not been migrated: run `portal migrate` first.')
}

export async function schemaState(db: Kysely<Database>, dialect: EngineDialect): Promise<SchemaState> {
  const tables = await dialect.tables(db)
  if (tables.length === 0) return 'empty'
  if (!tables.includes('migrations')) return 'unknown'
  const done = await applied(db)
  const known = MIGRATIONS.map(({ name }) => name)
  if (done.some((name, index) => index < known.length && name !== known[index])) return 'unknown'
  if (done.length > known.length) return 'newer'
  return done.length === known.length ? 'current' : 'older'
}

function refuseForeign(state: SchemaState): void {
  if (state === 'newer') throw new PortalError('misconfigured', 'The database was made by a newer version of this program.')
  if (state === 'unknown') throw new PortalError('misconfigured', 'The database holds tables that are not this program’s.')
}

async function applied(db: Kysely<Database>): Promise<string[]> {
  const rows = await db.selectFrom('migrations').select('name').orderBy('name').execute()
  return rows.map(row => row.name)
}

async function createMigrationsTable(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', 'text', column => column.primaryKey().notNull())
    .addColumn('at', dialect.integer, column => column.notNull())
    .execute()
}
