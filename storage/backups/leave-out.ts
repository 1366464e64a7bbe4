import type { Damage } from '../../server/damage.ts'
import type { Inside } from '../store.ts'
import { settle, type Work, workOn } from '../work.ts'

const BATCH = 100

/**
 * Takes messages whose rows do not verify out of a database that is being restored, with whatever belongs to them, so that those around
 * them can be listed. Every other row that does not verify stays: it is refused by itself when it is used, and others may refer to it.
 */
export async function leaveOut({ engine, keys }: Inside, damage: readonly Damage[]): Promise<void> {
  // Why a message was taken back is asked for wherever it is listed; that it was stands in its row.
  const reasons = damage.filter(({ table, part }) => table === 'sealed_parts' && part === 'retraction').map(({ row }) => row)
  if (reasons.length > 0)
    await engine.write(async db => {
      const work = workOn(db, keys)
      await work.parts.removeAll(reasons, 'retraction')
      await settle(work)
    })
  const messages = damage.filter(({ table }) => table === 'messages').map(({ row }) => row)
  for (let from = 0; from < messages.length; from += BATCH)
    await engine.write(async db => {
      const work = workOn(db, keys)
      await removeMessages(work, messages.slice(from, from + BATCH))
      await settle(work)
    })
}

async function removeMessages({ db, parts }: Work, messages: readonly string[]): Promise<void> {
  const shown = await db.selectFrom('attachments').select('id').where('message', 'in', messages).execute()
  const attachments = shown.map(({ id }) => id)
  if (attachments.length > 0) {
    await db.deleteFrom('attachment_chunks').where('attachment', 'in', attachments).execute()
    await db.deleteFrom('attachments').where('id', 'in', attachments).execute()
  }
  const letters = (await db.selectFrom('outbox').select('id').where('message', 'in', messages).execute()).map(({ id }) => id)
  await parts.removeAll([...messages, ...attachments, ...letters])
  await db.deleteFrom('outbox').where('message', 'in', messages).execute()
  await db.deleteFrom('receipts').where('message', 'in', messages).execute()
  await db.deleteFrom('messages').where('id', 'in', messages).execute()
}
