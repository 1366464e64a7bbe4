import { newId } from '../ids.ts'
import { awaitsConfirmation, standingFor } from '../message.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import type { PersonRef } from './store.ts'

/**
 * Leaves a receipt `signed_in` with every message that now stands unopened in this recipient's list: from here on they may have seen
 * its subject, which its sender must know before taking it back. Staff leave none.
 */
export async function recordSignedIn(tx: Tx, at: Instant, person: PersonRef): Promise<void> {
  const recipient = person.kind === 'recipient' ? await tx.recipients.find(person.id) : null
  if (recipient === null) return
  for (const message of await tx.messages.unopenedOf(recipient.id)) {
    const isInList = standingFor(recipient.id, message, at) === 'waiting' && !awaitsConfirmation(message, recipient)
    if (!isInList) continue
    await tx.receipts.addOnce({ id: newId('evt', at), message: message.id, stage: 'signed_in', at, attachment: null })
  }
}
