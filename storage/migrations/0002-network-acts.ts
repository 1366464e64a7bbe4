import type { Kysely } from 'kysely'
import type { EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'

/** What strangers do, counted by network and minute. */
export async function networkActs(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  await db.schema
    .createTable('network_acts')
    .addColumn('network', dialect.text, column => column.notNull())
    .addColumn('time_window', dialect.integer, column => column.notNull())
    .addColumn('acts', dialect.integer, column => column.notNull())
    .addPrimaryKeyConstraint('network_acts_key', ['network', 'time_window'])
    .execute()
  await db.schema.createIndex('network_acts_by_time_window').on('network_acts').column('time_window').execute()
}
