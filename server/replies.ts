import { type Answer, checkAnswer } from './answer.ts'
import { type Asking, senderRef } from './asking.ts'
import { attachmentOf, contentIf, type Download } from './attachment.ts'
import { type DepositingParts, placeDeposit } from './depositing.ts'
import { PortalError } from './errors.ts'
import { newId } from './ids.ts'
import type { Message } from './message.ts'
import { askingActor, requireSender } from './own-deposit.ts'
import type { Parts } from './parts.ts'
import { DEFAULT_RETENTION } from './retention.ts'
import type { SenderRef } from './sender.ts'
import { requireStaff, type Visitor } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import { answerSubject, conversation } from './thread.ts'
import type { Instant } from './time.ts'
import { record } from './trail/entry.ts'
import type { ReplyLine, ReplyView } from './views.ts'

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
 * Opens a reply. The first opening (state, receipt, entry) and every later look are durable before any content is read.
 *
 * @throws PortalError `forbidden`; `not_found`, also when it answers somebody else's deposit; `gone`.
 */
export async function openReply({ store, clock }: StoreAndClock, asking: Asking, id: string): Promise<ReplyView> {
  const sender = requireSender(asking, 'replies')
  const readIds = await store.transaction(async tx => {
    const now = clock()
    const reply = await ownReply(tx, sender, id)
    await recordOpening(tx, asking, reply, now)
    const earlier = (await earlierToShow(tx, asking, reply)).map(message => message.id)
    for (const object of earlier) await record(tx, now, { ...askingActor(asking), action: 'message.viewed', object })
    return new Set(earlier)
  })
  return store.read(async tx => {
    const reply = await ownReply(tx, sender, id)
    return replyView(tx, reply, await conversation(tx, sender, reply), readIds)
  })
}

async function recordOpening(tx: Tx, asking: Asking, reply: Message, now: Instant): Promise<void> {
  const opened = await tx.messages.transition(reply.id, ['waiting'], 'opened', { at: now })
  if (opened === null) {
    await record(tx, now, { ...askingActor(asking), action: 'message.viewed', object: reply.id })
    return
  }
  await tx.receipts.addOnce({ id: newId('evt', now), message: reply.id, stage: 'opened', at: now, attachment: null })
  const entry = { action: 'message.opened', object: reply.id, revision: opened.revision } as const
  await record(tx, now, { ...askingActor(asking), ...entry })
}

// A page that shows a hundred messages at once is read by nobody, and each of them is an entry in the trail.
const EARLIER_SHOWN = 20

/**
 * What of the conversation is shown in full: what was sent and still stands, and answers that were opened before. A system has what it
 * sent already; and what was taken back is not told again by the answer to it.
 */
async function earlierToShow(tx: Tx, asking: Asking, reply: Message): Promise<Message[]> {
  if ('client' in asking) return []
  const shown = (await conversation(tx, senderRef(asking), reply)).filter(({ state, direction, openedAt }) => {
    if (state === 'retracted' || state === 'disposed') return false
    return direction === 'to_recipient' || openedAt !== null
  })
  return shown.slice(-EARLIER_SHOWN)
}

async function replyView(tx: Tx, reply: Message, others: Message[], readIds: Set<string>): Promise<ReplyView> {
  const [line] = await replyLines(tx, [reply])
  const content = await tx.messages.content(reply)
  const attachments = await tx.attachments.ofMessage(reply.id)
  const headings = await tx.messages.headings(others)
  const earlier: ReplyView['earlier'] = []
  for (const other of others) {
    const { id, direction, createdAt, state } = other
    const isShown = readIds.has(id) && state !== 'retracted' && state !== 'disposed' // it may have been taken back since
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

/** One file of a reply that has been opened; told to the trail before its first byte leaves. @throws not_found, forbidden, gone */
export async function fetchReplyAttachment(
  { store, clock }: StoreAndClock,
  asking: Asking,
  replyId: string,
  attachmentId: string,
): Promise<Download> {
  const sender = requireSender(asking, 'replies')
  const attachment = await store.transaction(async tx => {
    const now = clock()
    const reply = await ownReply(tx, sender, replyId)
    if (reply.openedAt === null) throw replyNotFound() // its names of files are not known yet either
    const found = await attachmentOf(tx, reply, attachmentId)
    const receipt = { id: newId('evt', now), message: replyId, at: now, attachment: found.id }
    await tx.receipts.addOnce({ ...receipt, stage: 'attachment_fetched' })
    const entry = { action: 'attachment.fetched', object: replyId, detail: { attachment: found.id } } as const
    await record(tx, now, { ...askingActor(asking), ...entry })
    return found
  })
  const stillKept = async () => {
    await store.read(tx => ownReply(tx, sender, replyId))
  }
  return { attachment, content: contentIf(stillKept, store, attachment) }
}

/**
 * Answers a patient's reply: a new deposit to them alone, in the same thread, kept by the same rule.
 *
 * @throws PortalError `invalid`, `too_large`; `forbidden`; `not_found`, `gone`.
 */
export async function answerReply(parts: DepositingParts, visitor: Visitor, id: string, answer: Answer): Promise<{ id: string }> {
  const staff = requireStaff(visitor, 'provider')
  const { text, files } = await checkAnswer(answer)
  const { reply, recipient, retention, subject } = await parts.store.read(tx => toBeAnswered(tx, senderRef({ staff }), id))
  const { id: deposit } = await placeDeposit(
    parts,
    { staff },
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
    { inReplyTo: reply.id },
  )
  return { id: deposit }
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
