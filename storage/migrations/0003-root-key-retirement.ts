import type { Kysely } from 'kysely'
import type { EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'

/** A root key can be followed by another. */
export async function rootKeyRetirement(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  await db.schema.alterTable('root_keys').addColumn('retired_at', dialect.integer).execute()
}
