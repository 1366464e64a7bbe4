import { PortalError } from './errors.ts'
import { newId } from './ids.ts'
import type { Message } from './message.ts'
import type { Parts } from './parts.ts'
import { asActor, receivedMessage } from './reader.ts'
import type { Receipt } from './receipt.ts'
import { letterToSender } from './sender-letter.ts'
import { requireReader, type Visitor } from './sign-in/visitor.ts'
import type { Instant } from './time.ts'
import { record } from './trail/entry.ts'

/** When the recipient asked for more time to read a message whose time is over, this time round; null when they did not. */
export const moreTimeAskedAt = (receipts: readonly Receipt[], { expiresAt }: Pick<Message, 'expiresAt'>): Instant | null =>
  receipts.findLast(({ stage, at }) => stage === 'more_time_asked' && at >= expiresAt)?.at ?? null

/**
 * Asks the sender to let an expired message be read for longer. Asking again changes nothing, until it was extended and its time is over once more.
 *
 * @throws PortalError `not_found`, `retracted`, `gone`; `conflict` while it can still be read.
 */
export async function askForMoreTime(
  { store, clock, settings, wakeOutbox }: Pick<Parts, 'store' | 'clock' | 'settings' | 'wakeOutbox'>,
  visitor: Visitor,
  id: string,
): Promise<void> {
  const reader = requireReader(visitor)
  await store.transaction(async tx => {
    const now = clock()
    const { message, standing } = await receivedMessage(tx, reader, id, now)
    if (standing !== 'expired') throw new PortalError('conflict', 'This message can still be read.')
    if (moreTimeAskedAt(await tx.receipts.ofMessages([id]), message) !== null) return
    await tx.receipts.add({ id: newId('evt', now), message: id, at: now, attachment: null, stage: 'more_time_asked' })
    const { organization } = message
    await record(tx, now, { ...asActor(reader), organization, action: 'message.more_time_asked', object: id })
    await letterToSender(tx, 'more_time_asked', message, now, settings)
  })
  wakeOutbox()
}
