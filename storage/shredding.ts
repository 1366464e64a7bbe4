import type { Work } from './work.ts'

/**
 * Destroys what one message sealed: first the keys, then the content, of its parts and of its attachments. Its row, receipts and
 * trail entries stay. After the commit the engine makes the freed pages unreadable in every file.
 */
export async function shredMessage(work: Work, message: string): Promise<void> {
  const { db, parts } = work
  const attachments = await db.selectFrom('attachments').select('id').where('message', '=', message).execute()
  await parts.remove(message)
  for (const { id } of attachments) {
    await parts.remove(id)
    await db.deleteFrom('attachment_chunks').where('attachment', '=', id).execute()
  }
  await db.deleteFrom('attachments').where('message', '=', message).execute()
  work.shredded = true
}
