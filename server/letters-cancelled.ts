import { OUTLIVES_ITS_MESSAGE } from './outbox.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import { type NewEntry, record } from './trail/entry.ts'

/** Whose message it is, and who let its letters go. */
type About = Omit<NewEntry, 'action' | 'detail' | 'revision'> & { object: string }

/** Cancels what is still to be sent about these messages, and tells the trail of each that had something. */
export async function cancelLetters(tx: Tx, about: readonly About[], now: Instant): Promise<void> {
  const cancelled = await tx.outbox.cancelForMessages(
    about.map(({ object }) => object),
    now,
    OUTLIVES_ITS_MESSAGE,
  )
  for (const entry of about) {
    const letters = cancelled.get(entry.object)
    if (letters !== undefined) await record(tx, now, { ...entry, action: 'notice.cancelled', detail: { letters } })
  }
}
