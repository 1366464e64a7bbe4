import type { Message, MessageState } from './message.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import { type Actor, record } from './trail/entry.ts'

/** Every state but the last: what is kept at all can be disposed of. */
const KEPT: readonly MessageState[] = ['waiting', 'opened', 'expired', 'retracted']

/** By which rule: retention is over; or it was disposed of before, and a backup had brought it back. */
export type DisposalRule = 'retention_over' | 'disposed_before'

/**
 * Destroys the keys of one message and then its content, and leaves its row, receipts and trail. The entry is the certificate: it says
 * what was destroyed, when and by which rule, and lies under the next signed checkpoint.
 *
 * @returns false when it was disposed of already.
 */
export async function dispose(tx: Tx, message: Message, rule: DisposalRule, actor: Actor, now: Instant): Promise<boolean> {
  const { id, organization, state, retainUntil, createdAt } = message
  const disposed = await tx.messages.transition(id, KEPT, 'disposed', { at: now })
  if (disposed === null) return false
  await record(tx, now, {
    ...{ organization, actor, action: 'message.disposed', object: id, revision: disposed.revision },
    detail: { rule, was: state, depositedAt: createdAt, retainUntil },
  })
  const cancelled = await tx.outbox.cancelForMessages([id], now)
  if (cancelled > 0)
    await record(tx, now, { organization, actor, action: 'notice.cancelled', object: id, detail: { letters: cancelled } })
  return true
}
