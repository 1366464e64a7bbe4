import type { Kysely } from 'kysely'
import { PortalError } from '../../server/errors.ts'
import type { Instant } from '../../server/time.ts'
import type { Engine, EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'
import { initial } from './0001-initial.ts'
import { networkActs } from './0002-network-acts.ts'
import { rootKeyRetirement } from './0003-root-key-retirement.ts'
import { storedObjects } from './0004-stored-objects.ts'
import { trailSearch } from './0005-trail-search.ts'
import { holds } from './0006-holds.ts'
import { drafts } from './0007-drafts.ts'
import { noticesByRecipient } from './0008-notices-by-recipient.ts'
import { devices } from './0009-devices.ts'
import { reminders } from './0010-reminders.ts'
import { type Backfill, beginBackfill, moveBatch, unfinishedBackfill } from './backfill.ts'

export interface Migration {
  /** Number and noun; the names are in the order they run. */
  name: string
  /** Changes the schema, in one transaction with the record that it has run. */
  up(db: Kysely<Database>, dialect: EngineDialect): Promise<void>
  /** Fills what `up` has made when there may be many rows: batch by batch afterwards, where one transaction would take too long. */
  backfill?: Backfill
}

/** A table that is there while a backup is being restored, and is dropped when everything has been looked at. */
export const RESTORING = 'restoring'

/** In the order they run. A released one is never changed, only followed. */
const MIGRATIONS: readonly Migration[] = [
  { name: '0001-initial', up: initial },
  { name: '0002-network-acts', up: networkActs },
  { name: '0003-root-key-retirement', up: rootKeyRetirement },
  { name: '0004-stored-objects', up: storedObjects },
  { name: '0005-trail-search', up: trailSearch },
  { name: '0006-holds', up: holds },
  { name: '0007-drafts', up: drafts },
  { name: '0008-notices-by-recipient', up: noticesByRecipient },
  { name: '0009-devices', up: devices },
  { name: '0010-reminders', up: reminders },
]

/**
 * `older`: migrations are missing, or one has not moved all its rows yet. `newer`: a newer version of this program has migrated it.
 * `unknown`: some other program has made it.
 */
export type SchemaState = 'empty' | 'older' | 'current' | 'newer' | 'unknown'

/**
 * Brings the schema to what this program knows: each migration in a transaction of its own together with its record, so that after
 * whatever interruption it goes on where it stopped. Every transaction locks and looks again, so that two programs may do it at once.
 *
 * @param migrations - another list than this program's own: a shorter one makes the schema of an earlier release.
 * @returns the names of the migrations that were run here, those that were completed here among them.
 * @throws PortalError `misconfigured` when the database is a newer program's, or not Restante's.
 */
export async function migrateDatabase(
  engine: Engine,
  now: Instant,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<string[]> {
  await engine.read(db => refuseUnfinishedRestore(db, engine.dialect))
  return runMigrations(engine, now, migrations)
}

/** As {@link migrateDatabase}, also while a backup is being restored. */
export async function runMigrations(
  engine: Engine,
  now: Instant,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<string[]> {
  const ran = new Set<string>()
  for (;;) {
    if ((await engine.read(db => schemaState(db, engine.dialect, migrations))) === 'current') return [...ran]
    const name = await engine.write(db => step(db, engine.dialect, now, migrations))
    if (name !== null) ran.add(name)
  }
}

/** The first so many of this program's migrations, by name: the schema of an earlier release. */
export function migrationsUpTo(names: readonly string[]): readonly Migration[] {
  const known = MIGRATIONS.slice(0, names.length)
  const other = names.find((name, at) => name !== known[at]?.name)
  if (other !== undefined) throw newer([other])
  return known
}

/** One batch of an unfinished backfill, or the next migration. @returns its name; null when another program was faster. */
async function step(
  db: Kysely<Database>,
  dialect: EngineDialect,
  now: Instant,
  migrations: readonly Migration[],
): Promise<string | null> {
  await dialect.lockMigrations(db)
  await refuseForeign(db, dialect, migrations)
  await createMigrationsTable(db, dialect)
  const unfinished = await unfinishedBackfill(db, dialect)
  if (unfinished) {
    const { name, backfill } = migrations.find(migration => migration.name === unfinished.migration) ?? {}
    if (name === undefined || backfill === undefined) throw newer([unfinished.migration])
    await moveBatch(db, name, backfill, unfinished.reached)
    return name
  }
  const next = migrations[(await applied(db)).length]
  if (next === undefined) return null
  await next.up(db, dialect)
  await db.insertInto('migrations').values({ name: next.name, at: now }).execute()
  if (next.backfill) await beginBackfill(db, next.name)
  return next.name
}

/** @throws PortalError `misconfigured` unless the schema is exactly the one this program knows. */
export async function refuseOther(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  await refuseUnfinishedRestore(db, dialect)
  await refuseForeign(db, dialect, MIGRATIONS)
  if ((await schemaState(db, dialect)) !== 'current')
    throw new PortalError('misconfigured', 'The database has not been migrated: run `portal migrate` first.')
}

export async function schemaState(
  db: Kysely<Database>,
  dialect: EngineDialect,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<SchemaState> {
  const tables = (await dialect.tables(db)).filter(table => table !== RESTORING)
  if (tables.length === 0) return 'empty'
  if (!tables.includes('migrations')) return 'unknown'
  const done = await applied(db)
  const known = migrations.map(({ name }) => name)
  if (done.some((name, index) => index < known.length && name !== known[index])) return 'unknown'
  if (done.length > known.length) return 'newer'
  return done.length === known.length && !(await unfinishedBackfill(db, dialect)) ? 'current' : 'older'
}

/** What was restored must be looked at as a whole before anybody is shown any of it. */
async function refuseUnfinishedRestore(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  if ((await dialect.tables(db)).includes(RESTORING))
    throw new PortalError(
      'misconfigured',
      'A backup was being restored into this database, and that did not end: run `portal restore` again.',
    )
}

async function refuseForeign(db: Kysely<Database>, dialect: EngineDialect, migrations: readonly Migration[]): Promise<void> {
  const state = await schemaState(db, dialect, migrations)
  if (state === 'newer') throw newer((await applied(db)).slice(migrations.length))
  if (state === 'unknown') throw new PortalError('misconfigured', 'The database holds tables that are not this program’s.')
}

const newer = (names: readonly string[]) =>
  new PortalError(
    'misconfigured',
    `The database was made by a newer version of this program: it has ${names.join(', ')}, which this version does not know.`,
  )

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
