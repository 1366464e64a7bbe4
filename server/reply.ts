import { type Answer, answerProblems, attachFiles, checkAnswer, type TypedFile } from './answer.ts'
import { committedText } from './deposit-content.ts'
import { PortalError } from './errors.ts'
import { digestOf } from './file-upload.ts'
import { newId } from './ids.ts'
import type { Content, Message, NewMessage } from './message.ts'
import { keyReused, type Once, onceForForm, type SentForm, unlessDone } from './once.ts'
import { changedMeanwhile, ownDraft } from './own-draft.ts'
import type { Parts } from './parts.ts'
import { asActor, type Person, personBehind, readableMessage, refusal } from './reader.ts'
import { DEFAULT_RETENTION, isRetentionClass, retainUntil } from './retention.ts'
import { letterToSender } from './sender-letter.ts'
import { type Reader, requireReader, type Visitor } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import { answerSubject } from './thread.ts'
import type { Instant } from './time.ts'
import { commitment, record } from './trail/entry.ts'

type ReplyParts = Pick<Parts, 'store' | 'clock' | 'settings' | 'wakeOutbox'>

/**
 * Answers a message: a message of its own, the other way, in the same thread. Resolves when it is durable. One form makes one answer,
 * however often it is sent: a second time the first answer's id comes back, and nothing is made.
 *
 * @throws PortalError `invalid`, `too_large`; `not_found`, `expired`, `retracted`, `gone`; `forbidden` when the sender takes no answers;
 * `idempotency_key_reused` when the form came with other words before.
 */
export async function reply(
  parts: ReplyParts,
  visitor: Visitor,
  id: string,
  answer: Answer,
  form: SentForm = { formId: null },
): Promise<{ id: string }> {
  const reader = requireReader(visitor)
  const checked = await checkAnswer(answer)
  const once = onceForForm(form, `reply ${id}`, checked.text, checked.files)
  return sendOnce(parts, reader, once, (tx, now) => keepAnswer(parts, tx, reader, { ...checked, id, once }, now))
}

/**
 * Sends what was begun, exactly as it was read over: the words of this version, with the files that wait beside them. Then nothing is left
 * of the draft. One form makes one answer, as with {@link reply}.
 *
 * @param version - of the words as they were shown.
 * @throws PortalError `conflict` when the draft is another by now, or gone; `invalid`; and what {@link reply} throws.
 */
export async function sendDraft(
  parts: ReplyParts,
  visitor: Visitor,
  id: string,
  { version, files }: { version: string; files: string[] },
  form: SentForm = { formId: null },
): Promise<{ id: string }> {
  const reader = requireReader(visitor)
  const once = onceForForm(form, `reply ${id}`, { version, files }, [])
  return sendOnce(parts, reader, once, async (tx, now) => {
    const draft = await ownDraft(tx, reader, id)
    const isAsShown = draft?.version === version && draft.files.map(file => file.id).join() === files.join()
    if (draft === null || !isAsShown) throw changedMeanwhile()
    const fields = answerProblems(draft.text)
    if (fields.length > 0) throw new PortalError('invalid', 'Your answer cannot be sent like this yet.', { fields })
    const waiting = draft.files.map(({ id: staged, ...file }) => ({ ...file, staged }))
    const sent = await keepAnswer(parts, tx, reader, { text: draft.text, files: waiting, id, once }, now)
    await tx.drafts.remove(id)
    return sent
  })
}

type Send = (tx: Tx, now: Instant) => Promise<{ id: string }>

/** Sends unless this form has been sent before; then it says what that made. */
async function sendOnce(parts: ReplyParts, reader: Reader, once: Once | null, send: Send): Promise<{ id: string }> {
  const act = async () => {
    const sent = await parts.store.transaction(async tx => {
      // Looked up here: whoever was quicker may be in the same commit, and is no earlier durable than this answer.
      const earlier = once && (await sentBefore(tx, reader, once))
      return earlier ? { ...earlier, isNew: false } : { ...(await send(tx, parts.clock())), isNew: true }
    })
    if (sent.isNew) parts.wakeOutbox()
    return { id: sent.id }
  }
  if (once === null) return act()
  return unlessDone(act, () => parts.store.transaction(tx => sentBefore(tx, reader, once)))
}

async function sentBefore(tx: Tx, reader: Reader, once: Once): Promise<{ id: string } | null> {
  const earlier = await tx.messages.findByForm(reader.person.id, once.keyHash)
  if (earlier !== null && earlier.bodyHash !== once.bodyHash) throw keyReused()
  return earlier && { id: earlier.id }
}

interface NewAnswer {
  /** Of what it answers. */
  id: string
  text: string
  files: TypedFile[]
  once: Once | null
}

async function keepAnswer(
  { settings }: ReplyParts,
  tx: Tx,
  reader: Reader,
  { id, text, files, once }: NewAnswer,
  now: Instant,
): Promise<{ id: string }> {
  const original = await answerable(tx, reader, id, now)
  const person = await personBehind(tx, reader)
  const message = { ...(await replyTo(tx, original, files.length, now)), form: once }
  const content = await contentOf(tx, original, person, text)
  const bound = commitment(committedText(content, digests(files)))
  await tx.messages.add(message, { ...content, commitmentSalt: Buffer.from(bound.salt).toString('base64url') })
  await attachFiles(tx, message, files, now)
  await tx.receipts.add({ id: newId('evt', now), message: original.id, stage: 'replied', at: now, attachment: null })
  await record(tx, now, {
    ...asActor(reader),
    organization: message.organization,
    action: 'message.replied',
    object: message.id,
    revision: 1,
    detail: { answers: original.id, attachments: files.length },
    commitments: { content: bound.digest },
  })
  await letterToSender(tx, 'reply_waiting', message, now, settings)
  return { id: message.id }
}

async function answerable(tx: Tx, reader: Reader, id: string, now: Instant): Promise<Message> {
  const message = await readableMessage(tx, reader, id, now)
  if (message.direction === 'reply') throw refusal('not_found')
  if (!message.replyAllowed) throw new PortalError('forbidden', 'The sender takes no answers to this message.')
  return message
}

async function replyTo(tx: Tx, original: Message, attachmentCount: number, now: Instant): Promise<Omit<NewMessage, 'form'>> {
  const kept = await keptUntil(tx, original, now)
  return {
    id: newId('msg', now),
    organization: original.organization,
    deposit: original.deposit,
    thread: original.thread,
    direction: 'reply',
    recipient: original.recipient,
    sender: original.sender,
    inReplyTo: original.id,
    state: 'waiting',
    createdAt: now,
    // Expiry is a promise about the patient's mailbox. An answer is read by the clinic, which may read it for as long as it is kept.
    expiresAt: kept,
    retainUntil: kept,
    replyAllowed: false,
    confidential: original.confidential,
    needsConfirmation: null,
    attachmentCount,
    locator: null,
    activationAnswer: null,
  }
}

const digests = (files: TypedFile[]) => files.map(file => ({ name: file.name, type: file.type, digest: digestOf(file) }))

/** An answer belongs to the same record as what it answers, and is kept by the same rule, counted from its own day. */
async function keptUntil(tx: Tx, original: Message, now: Instant): Promise<Instant> {
  const retention = (await tx.deposits.find(original.deposit))?.retention ?? DEFAULT_RETENTION
  return retainUntil(isRetentionClass(retention) ? retention : DEFAULT_RETENTION, now, now)
}

async function contentOf(tx: Tx, original: Message, { recipient }: Person, text: string): Promise<Content> {
  const subject = (await tx.messages.headings([original])).get(original.id)?.subject ?? ''
  const from = { name: recipient.name, email: recipient.address }
  // Nobody asked in which language it is written; a wrong guess would make a screen reader mispronounce it.
  return { subject: answerSubject(subject), from, text, html: null, language: 'und' }
}
