import { type Answer, checkAnswer } from './answer.ts'
import { type Asking, type AuthenticatedClient, senderRef } from './asking.ts'
import { attachmentOf, contentIf, type Download } from './attachment.ts'
import { type RangeAsked, rangeWithin } from './byte-range.ts'
import { type DepositingParts, placeByHand } from './depositing.ts'
import { PortalError } from './errors.ts'
import { newId } from './ids.ts'
import type { Message } from './message.ts'
import { onceForForm, type SentForm } from './once.ts'
import { askingActor, requireSender } from './own-deposit.ts'
import type { Parts } from './parts.ts'
import { DEFAULT_RETENTION } from './retention.ts'
import type { SenderRef } from './sender.ts'
import { requireStaff, type Visitor } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import { answerSubject, conversation } from './thread.ts'
import type { Instant } from './time.ts'
import { record } from './trail/entry.ts'
import type { ReplyLine, ReplyLook, ReplyView } from './views.ts'

type StoreAndClock = Pick<Parts, 'store' | 'clock'>

const PAGE = 100

/**
 * Answers to what this sender deposited, at most 100 a page; `page.after` is the id of the last line seen.
 *
 * @throws PortalError `forbidden` without the scope `replies`, and for staff who are not providers.
 */
export async function listReplies(
  { store }: StoreAndClock,
  asking: Asking,
  page: { after?: string | undefined; limit: number },
  order: 'newest' | 'oldest',
): Promise<ReplyLine[]> {
  const sender = requireSender(asking, 'replies')
  const limit = Math.min(Math.max(1, Math.trunc(page.limit) || PAGE), PAGE)
  return store.read(async tx => replyLines(tx, await tx.messages.listReplies(sender, { after: page.after, limit }, order)))
}

async function replyLines(tx: Tx, replies: Message[]): Promise<ReplyLine[]> {
  const headings = await tx.messages.headings(replies.filter(reply => reply.state !== 'disposed'))
  return replies.map(reply => ({
    id: reply.id,
    deposit: reply.deposit,
    thread: reply.thread,
    from: headings.get(reply.id)?.from.name ?? '',
    subject: headings.get(reply.id)?.subject ?? '',
    createdAt: reply.createdAt,
    isNew: reply.state === 'waiting',
    attachmentCount: reply.attachmentCount,
  }))
}

/**
 * One reply as its provider may see it now. Of an unopened one the envelope alone, and nothing is written: mail scanners and restored
 * tabs look, too. Of an opened one the content, once the entry of this look is durable.
 *
 * @throws PortalError `forbidden`; `not_found`, also when it answers somebody else's deposit; `gone`.
 */
export async function viewReply({ store, clock }: StoreAndClock, visitor: Visitor, id: string): Promise<ReplyLook> {
  const asking: Asking = { staff: requireStaff(visitor, 'provider') }
  const sender = senderRef(asking)
  const envelope = await store.read(async tx => {
    const reply = await ownReply(tx, sender, id)
    return isUnopened(reply) ? (await replyLines(tx, [reply]))[0]! : null
  })
  if (envelope !== null) return { kind: 'envelope', envelope }
  const shown = await store.transaction(async tx => {
    const now = clock()
    const reply = await ownReply(tx, sender, id)
    await recordLook(tx, asking, reply.id, now)
    const earlier = (await earlierToShow(tx, sender, reply)).map(message => message.id)
    for (const message of earlier) await recordLook(tx, asking, message, now)
    return new Set(earlier)
  })
  return { kind: 'reply', reply: await store.read(async tx => replyView(tx, sender, await ownReply(tx, sender, id), shown)) }
}

/**
 * The one act by which a provider opens a reply. State, receipt and trail entry are durable when it resolves; opening an opened one
 * changes nothing.
 *
 * @throws PortalError as {@link viewReply}.
 */
export async function openReply({ store, clock }: StoreAndClock, visitor: Visitor, id: string): Promise<void> {
  const asking: Asking = { staff: requireStaff(visitor, 'provider') }
  await store.transaction(async tx => recordOpening(tx, asking, await ownReply(tx, senderRef(asking), id), clock()))
}

/**
 * For systems: opens a reply and hands it out, in one go. The opening, or the look at an opened one, is durable before any content is
 * read. What was sent before is not told again: a system has it.
 *
 * @throws PortalError `forbidden` without the scope `replies`; `not_found`, `gone`.
 */
export async function readReply({ store, clock }: StoreAndClock, client: AuthenticatedClient, id: string): Promise<ReplyView> {
  const asking: Asking = { client }
  const sender = requireSender(asking, 'replies')
  await store.transaction(async tx => {
    const now = clock()
    if (!(await recordOpening(tx, asking, await ownReply(tx, sender, id), now))) await recordLook(tx, asking, id, now)
  })
  return store.read(async tx => replyView(tx, sender, await ownReply(tx, sender, id), new Set()))
}

const isUnopened = ({ state }: Message): boolean => state === 'waiting'

/** Says whether it was this that opened it. */
async function recordOpening(tx: Tx, asking: Asking, reply: Message, now: Instant): Promise<boolean> {
  const opened = await tx.messages.transition(reply.id, ['waiting'], 'opened', { at: now })
  if (opened === null) return false
  await tx.receipts.addOnce({ id: newId('evt', now), message: reply.id, stage: 'opened', at: now, attachment: null })
  const entry = { action: 'message.opened', object: reply.id, revision: opened.revision } as const
  await record(tx, now, { ...askingActor(asking), ...entry })
  return true
}

const recordLook = (tx: Tx, asking: Asking, object: string, now: Instant) =>
  record(tx, now, { ...askingActor(asking), action: 'message.viewed', object })

// A page that shows a hundred messages at once is read by nobody, and each of them is an entry in the trail.
const EARLIER_SHOWN = 20

/**
 * What of the conversation is shown in full: what was sent and still stands, and answers that were opened before. What was taken back is
 * not told again by the answer to it.
 */
async function earlierToShow(tx: Tx, sender: SenderRef, reply: Message): Promise<Message[]> {
  const shown = (await conversation(tx, sender, reply)).filter(({ state, direction, openedAt }) => {
    if (state === 'retracted' || state === 'disposed') return false
    return direction === 'to_recipient' || openedAt !== null
  })
  return shown.slice(-EARLIER_SHOWN)
}

/** @param shown - ids of the earlier messages whose text may be told. */
async function replyView(tx: Tx, sender: SenderRef, reply: Message, shown: Set<string>): Promise<ReplyView> {
  const others = await conversation(tx, sender, reply)
  const [line] = await replyLines(tx, [reply])
  const content = await tx.messages.content(reply)
  const attachments = await tx.attachments.ofMessage(reply.id)
  const headings = await tx.messages.headings(others)
  const earlier: ReplyView['earlier'] = []
  for (const other of others) {
    const { id, direction, createdAt, state } = other
    const isShown = shown.has(id) && state !== 'retracted' && state !== 'disposed' // it may have been taken back since
    const text = isShown ? (await tx.messages.content(other)).text : null
    earlier.push({ id, direction, from: headings.get(id)?.from.name ?? '', createdAt, text })
  }
  return {
    ...line!,
    isNew: false,
    fromAddress: content.from.email ?? '',
    text: content.text,
    language: content.language,
    attachments: attachments.map(({ id, name, type, size }) => ({ id, name, type, size })),
    earlier,
  }
}

/**
 * One file of a reply that has been opened, or a part of it; told to the trail before its first byte leaves. A part that is not there is
 * told of nowhere: nothing is handed out.
 *
 * @throws PortalError `not_found`, `forbidden`, `gone`.
 */
export async function fetchReplyAttachment(
  { store, clock }: StoreAndClock,
  asking: Asking,
  replyId: string,
  attachmentId: string,
  asked: RangeAsked | null = null,
): Promise<Download> {
  const sender = requireSender(asking, 'replies')
  const [attachment, range] = await store.transaction(async tx => {
    const now = clock()
    const reply = await ownReply(tx, sender, replyId)
    if (reply.openedAt === null) throw replyNotFound() // its names of files are not known yet either
    const found = await attachmentOf(tx, reply, attachmentId)
    const range = asked && (rangeWithin(asked, found.size) ?? 'unsatisfiable')
    if (range === 'unsatisfiable') return [found, range] as const
    const receipt = { id: newId('evt', now), message: replyId, at: now, attachment: found.id }
    await tx.receipts.addOnce({ ...receipt, stage: 'attachment_fetched' })
    const entry = { action: 'attachment.fetched', object: replyId, detail: { attachment: found.id } } as const
    await record(tx, now, { ...askingActor(asking), ...entry })
    return [found, range] as const
  })
  if (range === 'unsatisfiable') return { attachment, range, content: nothing() }
  const stillKept = async () => {
    await store.read(tx => ownReply(tx, sender, replyId))
  }
  return { attachment, range, content: contentIf(stillKept, store, attachment, range ?? undefined) }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // there is no such part
}

/**
 * Answers a patient's reply: a new deposit to them alone, in the same thread, kept by the same rule. One form makes one answer, however
 * often it is sent.
 *
 * @throws PortalError `invalid`, `too_large`; `forbidden`; `not_found`, `gone`; `idempotency_key_reused`.
 */
export async function answerReply(
  parts: DepositingParts,
  visitor: Visitor,
  id: string,
  answer: Answer,
  form: SentForm = { formId: null },
): Promise<{ id: string }> {
  const staff = requireStaff(visitor, 'provider')
  const { text, files } = await checkAnswer(answer)
  const { reply, recipient, retention, subject } = await parts.store.read(tx => toBeAnswered(tx, senderRef({ staff }), id))
  return placeByHand(
    parts,
    staff,
    {
      recipients: [{ email: recipient.address, name: recipient.name, language: recipient.language, activation: null }],
      content: {
        kind: 'message',
        message: { from: null, subject: answerSubject(subject), text, html: null, language: null, attachments: files },
      },
      expiresAt: null,
      retention,
      replyAllowed: true,
      confidential: reply.confidential,
      thread: reply.thread,
      reference: null,
      fallbackReason: null,
    },
    { inReplyTo: reply.id, once: onceForForm(form, `answer ${id}`, text, files) },
  )
}

async function toBeAnswered(tx: Tx, sender: SenderRef, id: string) {
  const reply = await ownReply(tx, sender, id)
  const recipient = await tx.recipients.find(reply.recipient)
  if (recipient === null) throw replyNotFound()
  const retention = (await tx.deposits.find(reply.deposit))?.retention ?? DEFAULT_RETENTION
  const subject = (await tx.messages.headings([reply])).get(reply.id)?.subject ?? ''
  return { reply, recipient, retention, subject }
}

/** A reply to what this very sender deposited, as long as it is kept. */
async function ownReply(tx: Tx, sender: SenderRef, id: string): Promise<Message> {
  const reply = await tx.messages.find(id)
  if (reply === null || reply.direction !== 'reply' || reply.organization !== sender.organization) throw replyNotFound()
  if (reply.sender.kind !== sender.kind || reply.sender.id !== sender.id) throw replyNotFound()
  if (reply.state === 'disposed') throw new PortalError('gone', 'This reply is no longer kept.')
  return reply
}

const replyNotFound = (): PortalError => new PortalError('not_found', 'There is no such reply.')
