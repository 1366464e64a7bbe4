import { PortalError } from './errors.ts'
import { newId } from './ids.ts'
import type { Parts } from './parts.ts'
import { asActor, receivedMessage } from './reader.ts'
import { letterToSender } from './sender-letter.ts'
import { requireReader, type Visitor } from './sign-in/visitor.ts'
import { record } from './trail/entry.ts'

/**
 * Asks the sender to let an expired message be read for longer. Asking again changes nothing.
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
    const receipt = { id: newId('evt', now), message: id, at: now, attachment: null }
    if (!(await tx.receipts.addOnce({ ...receipt, stage: 'more_time_asked' }))) return
    const { organization } = message
    await record(tx, now, { ...asActor(reader), organization, action: 'message.more_time_asked', object: id })
    await letterToSender(tx, 'more_time_asked', message, now, settings)
  })
  wakeOutbox()
}
