import type { Asking } from './asking.ts'
import { messagesOf, receiptsByMessage, type SeenReceipt } from './deposit-state.ts'
import { PortalError } from './errors.ts'
import { cancelLetters } from './letters-cancelled.ts'
import type { Message, MessageState } from './message.ts'
import { askingActor, ownDeposit, requireSender } from './own-deposit.ts'
import type { Parts } from './parts.ts'
import { bodyProblem } from './plain-text.ts'
import { LONGEST_NOTE, RETRACTION_REASONS, type RetractionOrder } from './retraction-order.ts'
import type { Tx } from './store.ts'
import { type Instant, minutes } from './time.ts'
import { record } from './trail/entry.ts'
import type { RetractionEvidence, RetractionResult } from './views.ts'

/** Retracting wants a sign-in this fresh: a desk that was left alone takes nothing back. */
const FRESH = minutes(5)

const RETRACTABLE: readonly MessageState[] = ['waiting', 'opened', 'expired']

/** Whether a message can still be taken back. Expired ones can: an extension would show them again. */
export const mayRetract = ({ state }: Pick<Message, 'state'>): boolean => RETRACTABLE.includes(state)

/**
 * What is known about each message of a deposit before it is taken back. The look itself is written into the trail.
 *
 * @throws PortalError `not_found`, for somebody else's too; `forbidden`.
 */
export async function retractionEvidence(
  { store, clock }: Pick<Parts, 'store' | 'clock'>,
  asking: Asking,
  id: string,
): Promise<RetractionEvidence[]> {
  const sender = requireSender(asking, 'retract')
  return store.transaction(async tx => {
    const deposit = await ownDeposit(tx, sender, id)
    const messages = await messagesOf(tx, id)
    const receipts = await receiptsByMessage(tx, messages)
    const evidence: RetractionEvidence[] = []
    for (const message of messages) evidence.push(await evidenceOf(tx, message, receipts.get(message.id) ?? []))
    await record(tx, clock(), { ...askingActor(asking), action: 'deposit.evidence_viewed', object: deposit.id })
    return evidence
  })
}

/**
 * Takes messages of a deposit back: all of them, or those that are named. What is taken back already stays so and answers the same
 * again; what is no longer kept answers with its state.
 *
 * One conditional change settles the race with the reader who is opening it: whoever comes second finds the other's state.
 *
 * @throws PortalError `not_found` for a deposit or a message that is not this sender's; `invalid`; `forbidden`;
 * `fresh_sign_in_required` for staff who signed in more than five minutes ago.
 */
export async function retract(
  { store, clock }: Pick<Parts, 'store' | 'clock'>,
  asking: Asking,
  id: string,
  order: RetractionOrder,
): Promise<RetractionResult[]> {
  const sender = requireSender(asking, 'retract')
  checkOrder(order)
  return store.transaction(async tx => {
    const now = clock()
    requireFresh(asking, now)
    await ownDeposit(tx, sender, id)
    const messages = chosen(await messagesOf(tx, id), order.messages)
    const results: Message[] = []
    for (const message of messages) results.push((await takeBack(tx, asking, message, order, now)) ?? message)
    const receipts = await receiptsByMessage(tx, results)
    return results.map(message => resultOf(message, receipts.get(message.id) ?? []))
  })
}

function checkOrder({ reason, note }: RetractionOrder): void {
  const fields = []
  if (!RETRACTION_REASONS.includes(reason))
    fields.push({ field: '/reason', problem: `Use one of: ${RETRACTION_REASONS.join(', ')}.` })
  const noteProblem =
    note === undefined
      ? null
      : note.length > LONGEST_NOTE
        ? `Use at most ${LONGEST_NOTE} characters.`
        : bodyProblem(note, 4 * LONGEST_NOTE)
  if (noteProblem !== null) fields.push({ field: '/note', problem: noteProblem })
  if (fields.length > 0) throw new PortalError('invalid', 'Some fields of the retraction are not right.', { fields })
}

function requireFresh(asking: Asking, now: Instant): void {
  if ('client' in asking || now - asking.staff.signedInAt <= FRESH) return
  throw new PortalError('fresh_sign_in_required', 'Please sign in again before you take a message back.')
}

function chosen(messages: Message[], ids: string[] | undefined): Message[] {
  if (ids === undefined) return messages
  const byId = new Map(messages.map(message => [message.id, message]))
  return [...new Set(ids)].map(id => {
    const message = byId.get(id)
    if (message === undefined) throw new PortalError('not_found', 'There is no such message in this deposit.')
    return message
  })
}

/** Null when it can no longer be taken back. */
async function takeBack(tx: Tx, asking: Asking, { id }: Message, order: RetractionOrder, now: Instant): Promise<Message | null> {
  const retracted = await tx.messages.transition(id, RETRACTABLE, 'retracted', {
    at: now,
    retractionReason: order.reason,
    tellRecipient: order.tellRecipient ?? true,
    ...(order.note === undefined ? {} : { retractionNote: order.note }),
  })
  if (retracted === null) return null
  const entry = { ...askingActor(asking), object: id }
  await record(tx, now, {
    ...entry,
    action: 'message.retracted',
    revision: retracted.revision,
    detail: { reason: order.reason, wasOpened: retracted.openedAt !== null },
  })
  await cancelLetters(tx, [entry], now)
  return retracted
}

const resultOf = ({ id, state, openedAt }: Message, receipts: SeenReceipt[]): RetractionResult => ({
  id,
  state,
  wasOpened: openedAt !== null,
  openedAt,
  attachmentsFetched: filesFetched(receipts),
})

async function evidenceOf(tx: Tx, message: Message, receipts: SeenReceipt[]): Promise<RetractionEvidence> {
  return {
    message: message.id,
    recipient: (await tx.recipients.find(message.recipient))?.address ?? '',
    state: message.state,
    wasOpened: message.openedAt !== null,
    openedAt: message.openedAt,
    attachmentsFetched: filesFetched(receipts),
    signedInAt: receipts.find(receipt => receipt.stage === 'signed_in')?.at ?? null,
  }
}

const filesFetched = (receipts: SeenReceipt[]): string[] => [
  ...new Set(receipts.flatMap(({ stage, file }) => (stage === 'attachment_fetched' && file !== null ? [file] : []))),
]
