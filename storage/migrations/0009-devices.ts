import type { Kysely } from 'kysely'
import type { EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'

/** The browsers somebody has signed in from. */
export async function devices(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  await db.schema
    .createTable('devices')
    .addColumn('device_hash', dialect.text, column => column.primaryKey().notNull())
    .addColumn('person_kind', dialect.text, column => column.notNull())
    .addColumn('person', dialect.text, column => column.notNull())
    .addColumn('first_seen_at', dialect.integer, column => column.notNull())
    .addColumn('last_seen_at', dialect.integer, column => column.notNull())
    .execute()
  await db.schema.createIndex('devices_by_person').on('devices').columns(['person', 'last_seen_at']).execute()
  await db.schema.createIndex('devices_by_last_seen_at').on('devices').column('last_seen_at').execute()
}
