import type { Kysely } from 'kysely'
import type { OpenKeys } from './open-keys.ts'
import type { OrganizationKeyRow, RootKeyRow } from './schema/keys.ts'
import type { Database } from './schema.ts'

/**
 * The organizations' keys of all epochs, each as it lies in the database: wrapped by the root key and authenticated. Of retired keys
 * only the name is left. Without the root key it opens nothing; without these keys no data of theirs can be opened, by nobody.
 *
 * Kept apart from the data, this is what makes old backups of the data forget: once an epoch's key is retired here and its exports are
 * destroyed, what was disposed of in that epoch cannot be opened from any copy of the data.
 */
export interface ExportedKeys {
  rootKeys: RootKeyRow[]
  organizationKeys: OrganizationKeyRow[]
}

/** Copies the keys out of the database. */
export async function exportKeys(db: Kysely<Database>): Promise<ExportedKeys> {
  return {
    rootKeys: await db.selectFrom('root_keys').selectAll().orderBy('created_at').execute(),
    organizationKeys: await db.selectFrom('organization_keys').selectAll().orderBy('created_at').orderBy('id').execute(),
  }
}

/**
 * Puts exported keys in the place of those of the database, for data that was restored from elsewhere. What either side says is
 * retired stays retired.
 *
 * @param keys - must know the root keys the export is wrapped by.
 * @throws PortalError `tampered` when a row was not written under a root key at hand; nothing may be kept of the transaction then.
 */
export async function importKeys(db: Kysely<Database>, keys: OpenKeys, exported: ExportedKeys): Promise<void> {
  const retiredRoots = await retiredIn(db, 'root_keys')
  for (const row of exported.rootKeys) {
    if (retiredRoots.has(row.id)) continue
    await db.deleteFrom('root_keys').where('id', '=', row.id).execute()
    await db.insertInto('root_keys').values(row).execute()
  }
  const retiredKeys = await retiredIn(db, 'organization_keys')
  for (const row of exported.organizationKeys) {
    if (row.retired_at === null) keys.open(row)
    else keys.check(row)
    if (retiredKeys.has(row.id)) continue
    await db.deleteFrom('organization_keys').where('id', '=', row.id).execute()
    await db.insertInto('organization_keys').values(row).execute()
  }
}

async function retiredIn(db: Kysely<Database>, table: 'root_keys' | 'organization_keys'): Promise<Set<string>> {
  const rows = await db.selectFrom(table).select('id').where('retired_at', 'is not', null).execute()
  return new Set(rows.map(({ id }) => id))
}
