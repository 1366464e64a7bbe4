import { storedObjects } from './stored-objects.ts'
import type { Work } from './work.ts'

/**
 * Destroys what one message sealed: first the keys, then the content, of its parts and of its attachments. Its row, receipts and
 * trail entries stay. After the commit the engine makes the freed pages unreadable in every file.
 *
 * Of content in the part store, what this message could open it with is destroyed; the object itself is removed by the next sweep, once
 * no other message shows it.
 */
export async function shredMessage(work: Work, message: string): Promise<void> {
  const { db, parts } = work
  const attachments = await db.selectFrom('attachments').select(['id', 'stored_object']).where('message', '=', message).execute()
  await parts.remove(message)
  for (const { id } of attachments) {
    await parts.remove(id)
    await db.deleteFrom('attachment_chunks').where('attachment', '=', id).execute()
  }
  await db.deleteFrom('attachments').where('message', '=', message).execute()
  for (const { stored_object: object } of attachments) if (object !== null) await storedObjects(work).discard(object)
  work.shredded = true
}
