import { type Kysely, sql } from 'kysely'
import type { EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'

/** Large attachments lie outside the database, as objects that are named here. */
export async function storedObjects(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  await db.schema
    .createTable('stored_objects')
    .addColumn('id', dialect.text, column => column.primaryKey().notNull())
    .addColumn('organization', dialect.text, column => column.notNull())
    .addColumn('staged_by_kind', dialect.text, column => column.notNull())
    .addColumn('staged_by', dialect.text, column => column.notNull())
    .addColumn('state', dialect.text, column => column.notNull())
    .addColumn('size', dialect.integer)
    .addColumn('created_at', dialect.integer, column => column.notNull())
    .addColumn('mac', sql.raw(dialect.bytes), column => column.notNull())
    .execute()
  // What is to be claimed or removed: few among many that are kept.
  await db.schema
    .createIndex('stored_objects_by_created_at')
    .on('stored_objects')
    .column('created_at')
    .where(sql<boolean>`state in ('staged', 'discarded')`)
    .execute()
  // An object that an attachment shows cannot be forgotten.
  await db.schema
    .alterTable('attachments')
    .addColumn('stored_object', dialect.text, column => column.references('stored_objects.id'))
    .execute()
  await db.schema
    .createIndex('attachments_by_stored_object')
    .on('attachments')
    .column('stored_object')
    .where('stored_object', 'is not', null)
    .execute()
}
