import { newId } from './ids.ts'
import type { Attachment, Message } from './message.ts'
import type { Parts } from './parts.ts'
import { asActor, readableMessage, refusal } from './reader.ts'
import { type Reader, requireReader, type Visitor } from './sign-in/visitor.ts'
import type { ByteRange } from './staged-file.ts'
import type { Store, Tx } from './store.ts'
import type { Instant } from './time.ts'
import { record } from './trail/entry.ts'

/** An attachment and its content, which is opened chunk by chunk while it is sent. */
export interface Download {
  attachment: Attachment
  /** Which part of it this is; null for all of it. */
  range: ByteRange | 'unsatisfiable' | null
  content: AsyncIterable<Uint8Array>
}

/**
 * One attachment of a message this reader may read. Receipt and trail entry are durable when it resolves; the content follows chunk by
 * chunk, and only if the message has not been taken back by then.
 *
 * @throws PortalError `not_found` (also: of another message), `expired`, `retracted`, `gone`.
 */
export async function fetchAttachment(
  { store, clock }: Pick<Parts, 'store' | 'clock'>,
  visitor: Visitor,
  messageId: string,
  attachmentId: string,
): Promise<Download> {
  const reader = requireReader(visitor)
  const attachment = await store.transaction(async tx => {
    const now = clock()
    const message = await readableMessage(tx, reader, messageId, now)
    const found = await attachmentOf(tx, message, attachmentId)
    await recordFetch(tx, reader, message, found, now)
    return found
  })
  const stillReadable = async () => {
    await store.read(tx => readableMessage(tx, reader, messageId, clock()))
  }
  return { attachment, range: null, content: contentIf(stillReadable, store, attachment) }
}

/** An attachment, and only of this very message. @throws PortalError `not_found` */
export async function attachmentOf(tx: Tx, message: Message, id: string): Promise<Attachment> {
  const attachment = await tx.attachments.find(id)
  if (attachment === null || attachment.message !== message.id || attachment.recipient !== message.recipient) {
    throw refusal('not_found')
  }
  return attachment
}

/** The content, after a last look whether it may be had: a download may begin long after it was allowed. */
export async function* contentIf(
  allowed: () => Promise<void>,
  store: Store,
  attachment: Attachment,
  range?: ByteRange,
): AsyncGenerator<Uint8Array, void, undefined> {
  await allowed()
  yield* store.attachmentContent(attachment, range)
}

/** Receipt and trail entry of a file that is about to leave. */
export async function recordFetch(tx: Tx, reader: Reader, message: Message, attachment: Attachment, now: Instant): Promise<void> {
  // A receipt says how far the clinic's message got; of what the reader sent themselves, there is nothing to say.
  if (message.direction === 'to_recipient') {
    const receipt = { id: newId('evt', now), message: message.id, at: now, attachment: attachment.id }
    await tx.receipts.addOnce({ ...receipt, stage: 'attachment_fetched' })
  }
  await record(tx, now, {
    ...asActor(reader),
    organization: message.organization,
    action: 'attachment.fetched',
    object: message.id,
    detail: { attachment: attachment.id },
  })
}
