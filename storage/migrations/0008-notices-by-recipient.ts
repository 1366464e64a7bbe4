import { type Kysely, sql } from 'kysely'
import type { EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'

/**
 * Whose notice a letter is: when somebody was last sent one is read from where it lies, however many messages they have. Nobody asks for
 * notices of more than an hour ago, so only later ones, and those that have not left yet, are filled in.
 */
export async function noticesByRecipient(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  await db.schema.alterTable('outbox').addColumn('recipient', dialect.text).execute()
  await sql`update outbox set recipient = (select recipient from messages where messages.id = outbox.message)
    where kind = 'notice' and (state in ('queued', 'deferred')
      or settled_at >= (select max(settled_at) - 3600000 from outbox))`.execute(db)
  await sql`create index outbox_by_recipient_settled_at on outbox (recipient, settled_at)
    where kind = 'notice' and state = 'sent'`.execute(db)
}
