import type { Kysely } from 'kysely'
import type { EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'

/**
 * An organization's trail by who acted, by what was done, and by both, each in the order of the trail: a page of what was asked for is
 * read from where it lies, however long the trail has become.
 */
export async function trailSearch(db: Kysely<Database>, _dialect: EngineDialect): Promise<void> {
  for (const by of [['actor'], ['action'], ['actor', 'action']] as const) {
    const columns = ['organization', ...by, 'number'] as const
    await db.schema
      .createIndex(`trail_entries_by_${columns.join('_')}`)
      .on('trail_entries')
      .columns([...columns])
      .execute()
  }
}
