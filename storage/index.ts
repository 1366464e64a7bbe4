import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { PortalError } from '../server/errors.ts'
import type { Store } from '../server/store.ts'
import type { Instant } from '../server/time.ts'
import { type BackupContents, type BackupPlan, backUp as backUpFrom } from './backups/back-up.ts'
import { type RestorePlan, type Restoring, restoreInto } from './backups/restore.ts'
import type { Failure } from './backups/targets.ts'
import type { Engine, EngineOptions } from './engines/engine.ts'
import { openSqlite } from './engines/sqlite.ts'
import { migrateDatabase, refuseOther, schemaState } from './migrations/migrate.ts'
import { OpenKeys } from './open-keys.ts'
import type { PartStorePlace } from './part-stores/part-store.ts'
import { partStores } from './part-stores/part-stores.ts'
import { openRootKey } from './sealing/keys.ts'
import { openInside, openStore } from './store.ts'

export { type BackupContents, DAMAGE_FILE, DATA_FILE, KEYS_FILE, MANIFEST_FILE } from './backups/back-up.ts'
export { type ArchiveCopies, damageOf } from './backups/copies.ts'
export { damageIn, LOST_FILE, tellDamage, tellLost, WHOLE_TRAIL } from './backups/damage.ts'
export { readThrough } from './backups/read-through.ts'
export { requireFile } from './backups/targets.ts'
export { generateArchiveKeys, parseArchiveIdentity, parseArchiveRecipient } from './sealing/archive-keys.ts'
export { generateRootKey, parseRootKey } from './sealing/keys.ts'
export { wrapForService } from './sealing/rsa-wrap.ts'

/** Where the database is. */
export interface DatabaseOptions extends EngineOptions {
  /** `postgres://…`, or `sqlite:` followed by an absolute path; `sqlite:` alone is `portal.db` in the data directory. */
  url: string
  dataDirectory: string
  /** Written beside each migration that is run. */
  now: Instant
}

export interface StorageOptions extends DatabaseOptions {
  /** 32 bytes; see {@link parseRootKey}. */
  rootKey: Uint8Array
  /** Root keys that were used before, as long as some keys may still be under them: see `portal keys rotate --root`. */
  previousRootKeys?: readonly Uint8Array[] | undefined
  /** Where the content of large attachments lies: the folder `parts` in the data directory when left out. */
  partStore?: PartStorePlace | undefined
  /** Whether to bring the schema up to date first; otherwise an older one is refused. True when left out. */
  migrate?: boolean | undefined
}

/**
 * Opens the database, makes the portal's keys on the first start, and checks that everything can be opened.
 *
 * @throws PortalError `misconfigured` for a wrong root key, a schema this program does not know, a setting that does not hold;
 *   `unavailable` when the file is no database or cannot be opened; `tampered` when the portal's own keys do not verify.
 */
export async function openStorage(options: StorageOptions): Promise<Store> {
  const { keys, openParts } = secretsOf(options)
  return opening(options, engine => openStore(engine, keys, openParts, { now: options.now, migrate: options.migrate ?? true }))
}

/**
 * Copies everything a portal keeps, while it serves: see `backups/back-up.ts`.
 *
 * @throws PortalError as {@link openStorage}; `invalid` when the recipient's line is none.
 */
export async function backUp(options: StorageOptions, plan: BackupPlan): Promise<BackupContents & { failures: Failure[] }> {
  const { keys, openParts } = secretsOf(options)
  const engine = await openEngine(options)
  try {
    return await backUpFrom(await openInside(engine, keys, openParts), plan)
  } finally {
    await engine.close()
  }
}

/** Fills an empty database from a backup: see `backups/restore.ts`. The store it comes with is closed by the caller. */
export async function restore(options: StorageOptions, plan: RestorePlan): Promise<Restoring> {
  const { keys, openParts } = secretsOf(options)
  return opening(options, engine => restoreInto(engine, keys, openParts, plan))
}

function secretsOf({ rootKey, previousRootKeys, partStore, dataDirectory }: StorageOptions) {
  const keys = new OpenKeys(openRootKey(rootKey), previousRootKeys?.map(openRootKey))
  return { keys, openParts: partStores(partStore ?? { kind: 'directory', folder: join(dataDirectory, 'parts') }) }
}

/** The engine stays open behind what is made on it. */
async function opening<T>(options: DatabaseOptions, make: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine(options)
  try {
    return await make(engine)
  } catch (error) {
    await engine.close()
    throw error
  }
}

/**
 * Brings the schema up to date without opening anything that is sealed; needs no root key.
 *
 * @returns names of the migrations that were run; empty when there was nothing to do.
 */
export async function migrate(options: DatabaseOptions): Promise<string[]> {
  const engine = await openEngine(options)
  try {
    return await migrateDatabase(engine, options.now)
  } finally {
    await engine.close()
  }
}

/**
 * Looks whether a portal was ever started on this database, and makes nothing where there is none, not even a file.
 *
 * @throws PortalError `misconfigured` when it was made by another version of this program, or by something else.
 */
export async function holdsPortal(options: DatabaseOptions): Promise<boolean> {
  if (!isPostgres(options.url) && !existsSync(fileOf(options))) return false
  const engine = await openEngine(options)
  try {
    return await engine.read(async db => {
      if ((await schemaState(db, engine.dialect)) === 'empty') return false
      await refuseOther(db, engine.dialect)
      return true
    })
  } finally {
    await engine.close()
  }
}

async function openEngine({ url, dataDirectory, ...options }: DatabaseOptions): Promise<Engine> {
  // Its driver is loaded where it is used.
  if (isPostgres(url)) return (await import('./engines/postgres.ts')).openPostgres(url, options)
  return openSqlite(fileOf({ url, dataDirectory }), options)
}

const isPostgres = (url: string): boolean => /^postgres(ql)?:/.test(url)

function fileOf({ url, dataDirectory }: Pick<DatabaseOptions, 'url' | 'dataDirectory'>): string {
  if (!url.startsWith('sqlite:'))
    throw new PortalError('misconfigured', 'DATABASE_URL must begin with `sqlite:` or `postgres://`.')
  const path = url.slice('sqlite:'.length) || join(dataDirectory, 'portal.db')
  // One connection writes and another reads, so the database must be a file that both can open.
  if (!isAbsolute(path)) throw new PortalError('misconfigured', 'DATABASE_URL must name the file by its absolute path.')
  return path
}
