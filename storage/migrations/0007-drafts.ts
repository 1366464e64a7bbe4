import { type Kysely, sql } from 'kysely'
import type { EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'

/** What recipients have begun to write back, and the files that wait with it. */
export async function drafts(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  await db.schema
    .createTable('drafts')
    .addColumn('id', dialect.text, column => column.primaryKey().notNull())
    .addColumn('message', dialect.text, column => column.notNull().unique().references('messages.id'))
    .addColumn('organization', dialect.text, column => column.notNull())
    .addColumn('recipient', dialect.text, column => column.notNull())
    .addColumn('version', dialect.text, column => column.notNull())
    .addColumn('created_at', dialect.integer, column => column.notNull())
    .addColumn('saved_at', dialect.integer, column => column.notNull())
    .addColumn('mac', sql.raw(dialect.bytes), column => column.notNull())
    .execute()
  await db.schema.createIndex('drafts_by_recipient').on('drafts').column('recipient').execute()
  await db.schema.createIndex('drafts_by_saved_at').on('drafts').column('saved_at').execute()
  // A staged file waits with one draft at most, and is not forgotten while it does.
  await db.schema
    .createTable('draft_files')
    .addColumn('stored_object', dialect.text, column => column.primaryKey().notNull().references('stored_objects.id'))
    .addColumn('draft', dialect.text, column => column.notNull().references('drafts.id'))
    .addColumn('number', dialect.integer, column => column.notNull())
    .addColumn('mac', sql.raw(dialect.bytes), column => column.notNull())
    .execute()
  await db.schema.createIndex('draft_files_by_draft').on('draft_files').column('draft').execute()
}
