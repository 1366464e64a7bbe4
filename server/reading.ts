import { PortalError } from './errors.ts'
import { newId } from './ids.ts'
import { awaitsConfirmation, isReadable, type Message, mayOpen, standingFor } from './message.ts'
import { COVERED_SUBJECT, coveredAnswers, namesSender } from './message-line.ts'
import { moreTimeAskedAt } from './more-time.ts'
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
    const [{ recipient }, message] = await Promise.all([personBehind(tx, reader), tx.messages.find(id)])
    const opening = mayOpen(message, recipient, now)
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
  const unreadable = await store.read(async tx => {
    const now = clock()
    const message = await tx.messages.find(id)
    const standing = standingFor(reader.person.id, message, now)
    return message !== null && isReadable(message, standing) ? null : outside(tx, reader, id, now)
  })
  return unreadable === null || unreadable.kind === 'readable'
    ? store.transaction(tx => recordedView(tx, reader, id, clock()))
    : unreadable
}

async function recordedView(tx: Tx, reader: Reader, id: string, now: Instant): Promise<MessageView> {
  const seen = await outside(tx, reader, id, now)
  if (seen.kind !== 'readable') return seen // it was taken back, or its time came, since
  const { frame, message, person } = seen
  await record(tx, now, { ...asActor(reader), organization: message.organization, action: 'message.viewed', object: id })
  return { kind: 'message', frame, body: await bodyOf(tx, person, message, now), seenAt: now }
}

/** What may be told of a message without its content; `readable`: its content may be told too. */
type Outside =
  | Exclude<MessageView, { kind: 'message' }>
  | { kind: 'readable'; frame: MessageFrame; message: Message; person: Person }

async function outside(tx: Tx, reader: Reader, id: string, now: Instant): Promise<Outside> {
  const message = await tx.messages.find(id)
  const standing = standingFor(reader.person.id, message, now)
  if (message === null || standing === 'absent') throw refusal('not_found')
  const person = await personBehind(tx, reader)
  const frame = await frameOf(tx, person, message, namesSender(message, standing, person))
  if (isReadable(message, standing)) return { kind: 'readable', frame, message, person }
  if (standing === 'expired')
    return { kind: 'expired', frame, moreTimeAskedAt: moreTimeAskedAt(await tx.receipts.ofMessages([id]), message) }
  if (standing === 'retracted') return { kind: 'retracted', frame, retractedAt: message.retractedAt ?? now }
  if (standing === 'disposed') return { kind: 'gone', frame }
  const needsConfirmation = awaitsConfirmation(message, person.recipient) ? message.needsConfirmation : null
  return { kind: 'envelope', frame, needsConfirmation }
}

/** What is always told of a message; its sender by name only where that may be. */
export async function frameOf(
  tx: Tx,
  { recipient, organization }: Person,
  message: Message,
  named: boolean,
): Promise<MessageFrame> {
  const heading = named ? (await tx.messages.headings([message])).get(message.id) : undefined
  return {
    id: message.id,
    organization: organization.name,
    phone: organization.phone,
    forWhom: recipient.name,
    from: heading?.from.name ?? organization.name,
    createdAt: message.createdAt,
    expiresAt: message.expiresAt,
  }
}

/** The content of a message that may be shown. @throws PortalError `tampered` when what is kept does not verify */
export async function bodyOf(tx: Tx, person: Person, message: Message, now: Instant): Promise<MessageBody> {
  const content = await tx.messages.content(message)
  const attachments = await tx.attachments.ofMessage(message.id)
  const covered = await coveredAnswers(tx, person.recipient.id, [message], now)
  return {
    subject: covered.has(message.id) ? COVERED_SUBJECT : content.subject,
    fromAddress: content.from.email ?? null,
    text: content.text,
    html: content.html,
    language: content.language,
    openedAt: message.direction === 'reply' ? message.createdAt : (message.openedAt ?? message.createdAt),
    direction: message.direction,
    attachments: attachments.map(({ id, name, type, size }) => ({ id, name, type, size })),
    replyAllowed: message.replyAllowed,
    thread: await readableThread(tx, person, message, now),
  }
}
