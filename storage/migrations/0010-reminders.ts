import { type Kysely, sql } from 'kysely'
import type { EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'

const DAYS = 86_400_000

/**
 * Who is to be reminded, and how far that has come. Nobody is reminded of what was due before there were reminders: the newest message
 * tells about what time it is.
 */
export async function reminders(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  await db.schema
    .createTable('marks')
    .addColumn('name', dialect.text, column => column.primaryKey().notNull())
    .addColumn('at', dialect.integer, column => column.notNull())
    .addColumn('id', dialect.text, column => column.notNull())
    .execute()
  await sql`insert into marks (name, at, id)
    select 'reminded', coalesce(max(created_at) - ${3 * DAYS}, 0), '' from messages
    union all select 'warned', coalesce(max(created_at) + ${3 * DAYS}, 0), '' from messages`.execute(db)
  await sql`create index messages_by_created_at_waiting on messages (created_at, id)
    where state = 'waiting' and direction = 'to_recipient'`.execute(db)
  await sql`create index outbox_by_recipient_nudge on outbox (recipient, created_at)
    where kind in ('reminder', 'expiry_warning')`.execute(db)
}
