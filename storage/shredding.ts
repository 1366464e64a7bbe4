import { inBatches } from './batches.ts'
import { shredDrafts } from './drafts.ts'
import { prepared } from './prepared.ts'
import { storedObjects } from './stored-objects.ts'
import type { Work } from './work.ts'

/**
 * Destroys what these messages sealed: first the keys, then the content, of their parts, their attachments and what was begun as an answer
 * to them. Their rows, receipts and trail entries stay. After the commit the engine makes the freed pages unreadable in every file.
 *
 * Of content in the part store, what these messages could open it with is destroyed; the object itself is removed by the next sweep,
 * once no other message shows it.
 */
export async function shredMessages(work: Work, messages: readonly string[]): Promise<void> {
  if (messages.length === 0) return
  const { db, parts } = work
  const attachments = await inBatches(messages, async some => (await attachmentsOf(db, { messages: some })).rows)
  const ids = attachments.map(({ id }) => id)
  await parts.removeAll([...messages, ...ids])
  await inBatches(ids, some => db.deleteFrom('attachment_chunks').where('attachment', 'in', some).execute())
  await inBatches(ids, some => db.deleteFrom('attachments').where('id', 'in', some).execute())
  const drafts = await inBatches(messages, async some => (await draftsOf(db, { messages: some })).rows)
  await shredDrafts(
    work,
    drafts.map(({ id }) => id),
  )
  const objects = new Set(attachments.flatMap(({ stored_object }) => stored_object ?? []))
  for (const object of objects) await storedObjects(work).discard(object)
  work.shredded = true
}

const attachmentsOf = prepared((db, { messages }: { messages: readonly string[] }) =>
  db.selectFrom('attachments').select(['id', 'stored_object']).where('message', 'in', messages),
)

const draftsOf = prepared((db, { messages }: { messages: readonly string[] }) =>
  db.selectFrom('drafts').select('id').where('message', 'in', messages),
)
