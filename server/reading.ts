import { PortalError } from './errors.ts'
import { newId } from './ids.ts'
import { awaitsConfirmation, isReadable, type Message, mayOpen, standingFor } from './message.ts'
import { COVERED_SUBJECT, coveredAnswers, namesSender } from './message-line.ts'
import { moreTimeAskedAt } from './more-time.ts'
import type { Organization } from './organization.ts'
import type { Parts } from './parts.ts'
import { asActor, type Person, personBehind, refusal } from './reader.ts'
import { type Reader, requireReader, type Visitor } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import { readableThread } from './thread.ts'
import type { Instant } from './time.ts'
import { record } from './trail/entry.ts'
import type { MessageBody, MessageFrame, MessageView } from './views.ts'

type StoreAndClock = Pick<Parts, 'store' | 'clock'>

/**
 * The one act that opens. State, receipt and trail entry are durable when it resolves; opening an opened one changes nothing.
 *
 * @throws PortalError `not_found`, `expired`, `retracted`, `gone`, `confirmation_required`.
 */
export async function openMessage({ store, clock }: StoreAndClock, visitor: Visitor, id: string): Promise<void> {
  const reader = requireReader(visitor)
  await store.transaction(async tx => {
    const now = clock() // read here: the transaction may have waited for others, and the expiry may have come meanwhile
    const message = await tx.messages.find(id)
    const opening = mayOpen(message, await opener(tx, reader, message), now)
    if (opening === 'already_open') return
    if (opening !== 'may_open') throw refusal(opening)
    const opened = await tx.messages.transition(id, ['waiting'], 'opened', { at: now })
    if (opened === null) throw new PortalError('conflict', 'This message has just changed. Please try again.')
    await tx.receipts.addOnce({ id: newId('evt', now), message: id, stage: 'opened', at: now, attachment: null })
    await record(tx, now, {
      ...asActor(reader),
      organization: opened.organization,
      action: 'message.opened',
      object: id,
      revision: opened.revision,
    })
  })
}

/** Who opens. Whether they have confirmed who they are is asked only where the sender wants it: it is sealed with all that is kept of them. */
async function opener(tx: Tx, reader: Reader, message: Message | null): Promise<Parameters<typeof mayOpen>[1]> {
  const isAsked = message !== null && message.needsConfirmation !== null
  return isAsked ? (await personBehind(tx, reader)).recipient : { id: reader.person.id, confirmedAt: null }
}

/**
 * One message as this reader may see it now. Of an unopened one only the envelope, and nothing is written. Content leaves only after
 * the entry that tells of this look is durable; if it cannot be written, nothing is shown. Entry and content are of one moment: what is
 * taken back before it is not shown, and what is taken back after it was seen.
 *
 * @throws PortalError `not_found`; `tampered` when what is kept does not verify.
 */
export async function viewMessage({ store, clock }: StoreAndClock, visitor: Visitor, id: string): Promise<MessageView> {
  const reader = requireReader(visitor)
  // An envelope waits for nobody who writes.
  const unreadable = await store.read(tx => outsideOf(tx, reader, id, clock()))
  return unreadable ?? store.transaction(tx => recordedView(tx, reader, id, clock()))
}

/** What is told of a message whose content is not, or not any more; null where it may be told, too. */
type Outside = Exclude<MessageView, { kind: 'message' }>

async function outsideOf(tx: Tx, reader: Reader, id: string, now: Instant): Promise<Outside | null> {
  const message = await tx.messages.find(id)
  const standing = standingFor(reader.person.id, message, now)
  if (message === null || standing === 'absent') throw refusal('not_found')
  if (isReadable(message, standing)) return null
  const person = await personBehind(tx, reader)
  const frame = await frameOf(tx, person, message, namesSender(message, standing, person))
  if (standing === 'expired')
    return { kind: 'expired', frame, moreTimeAskedAt: moreTimeAskedAt(await tx.receipts.ofMessages([id]), message) }
  if (standing === 'retracted') return { kind: 'retracted', frame, retractedAt: message.retractedAt ?? now }
  if (standing === 'disposed') return { kind: 'gone', frame }
  const needsConfirmation = awaitsConfirmation(message, person.recipient) ? message.needsConfirmation : null
  return { kind: 'envelope', frame, needsConfirmation }
}

async function recordedView(tx: Tx, reader: Reader, id: string, now: Instant): Promise<MessageView> {
  const outside = await outsideOf(tx, reader, id, now)
  if (outside !== null) return outside // it was taken back, or its time came, since
  const message = (await tx.messages.find(id))!
  await record(tx, now, { ...asActor(reader), organization: message.organization, action: 'message.viewed', object: id })
  const [organization, { from, body }] = await Promise.all([
    tx.organizations.find(message.organization),
    contentOf(tx, reader, message, now),
  ])
  const frame = framed(message, { organization: organization!, forWhom: reader.name, from })
  return { kind: 'message', frame, body, seenAt: now }
}

/** What is always told of a message; its sender by name only where that may be. */
export async function frameOf(
  tx: Tx,
  { recipient, organization }: Person,
  message: Message,
  named: boolean,
): Promise<MessageFrame> {
  const heading = named ? (await tx.messages.headings([message])).get(message.id) : undefined
  return framed(message, { organization, forWhom: recipient.name, from: heading?.from.name ?? organization.name })
}

const framed = (
  { id, createdAt, expiresAt }: Message,
  { organization, forWhom, from }: { organization: Organization; forWhom: string; from: string },
): MessageFrame => ({ id, organization: organization.name, phone: organization.phone, forWhom, from, createdAt, expiresAt })

/**
 * The content of a message that may be shown, and the name of whoever wrote it.
 *
 * @throws PortalError `tampered` when what is kept does not verify.
 */
export async function contentOf(
  tx: Tx,
  reader: Reader,
  message: Message,
  now: Instant,
): Promise<{ from: string; body: MessageBody }> {
  // Asked together.
  const [content, attachments, covered, thread] = await Promise.all([
    tx.messages.content(message),
    message.attachmentCount === 0 ? [] : tx.attachments.ofMessage(message.id),
    coveredAnswers(tx, reader.person.id, [message], now),
    readableThread(tx, reader, message, now),
  ])
  const body: MessageBody = {
    subject: covered.has(message.id) ? COVERED_SUBJECT : content.subject,
    fromAddress: content.from.email ?? null,
    text: content.text,
    html: content.html,
    language: content.language,
    openedAt: message.direction === 'reply' ? message.createdAt : (message.openedAt ?? message.createdAt),
    direction: message.direction,
    attachments: attachments.map(({ id, name, type, size }) => ({ id, name, type, size })),
    replyAllowed: message.replyAllowed,
    thread,
  }
  return { from: content.from.name, body }
}
