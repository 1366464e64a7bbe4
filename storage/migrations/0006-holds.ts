import { type Kysely, sql } from 'kysely'
import type { EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'

/** Legal holds, and what disposal looks for: what is kept longer than it must be, oldest first. */
export async function holds(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  await db.schema
    .createTable('holds')
    .addColumn('id', dialect.text, column => column.primaryKey().notNull())
    .addColumn('organization', dialect.text, column => column.notNull().references('organizations.id'))
    .addColumn('object', dialect.text, column => column.notNull())
    .addColumn('placed_at', dialect.integer, column => column.notNull())
    .addColumn('released_at', dialect.integer)
    .addColumn('mac', sql.raw(dialect.bytes), column => column.notNull())
    .execute()
  await db.schema.createIndex('holds_by_object').on('holds').column('object').execute()
  await db.schema
    .createIndex('messages_by_retain_until_id')
    .on('messages')
    .columns(['retain_until', 'id'])
    .where(sql<boolean>`state <> 'disposed'`)
    .execute()
}
