import { contentIf, recordFetch } from './attachment.ts'
import { type Copied, copiedFor } from './copies/copied.ts'
import { mailFile } from './copies/mail-file.ts'
import { webPage } from './copies/web-page.ts'
import { PortalError } from './errors.ts'
import type { Attachment } from './message.ts'
import type { Parts } from './parts.ts'
import { asActor, personBehind, readableMessage } from './reader.ts'
import { contentOf, frameOf } from './reading.ts'
import { type Reader, requireReader, type Visitor } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import { type Instant, toIso } from './time.ts'
import { record } from './trail/entry.ts'

/** `eml`: an e-mail with its files. `html`: a page that shows itself, with the names of its files. */
export type CopyFormat = 'eml' | 'html'

/** A copy as a file. */
export interface SavedCopy {
  name: string
  type: string
  content: AsyncIterable<Uint8Array>
}

const TYPES: Record<CopyFormat, string> = { eml: 'message/rfc822', html: 'text/html; charset=utf-8' }

/**
 * A message this reader may read, to be kept as a file outside the portal, where nobody protects it. That it was saved is in the trail when
 * this resolves; of an e-mail each file counts as fetched, with its receipt: what the sender is told before they take it back stays true.
 *
 * @param wish.language - BCP 47, of the words around it.
 * @throws PortalError `not_found`, `expired`, `retracted`, `gone`; `invalid` for another format.
 */
export async function saveCopy(
  { store, clock, settings }: Pick<Parts, 'store' | 'clock' | 'settings'>,
  visitor: Visitor,
  id: string,
  { format, language }: { format: string; language: string },
): Promise<SavedCopy> {
  const reader = requireReader(visitor)
  if (!isFormat(format)) {
    const fields = [{ field: 'format', problem: 'Choose how to save it.' }]
    throw new PortalError('invalid', 'There is no such kind of copy.', { fields })
  }
  const attachments = await store.transaction(tx => recordCopy(tx, reader, id, format, clock()))
  const copied = await store.read(tx => copyOf(tx, reader, id, language, { now: clock(), origin: settings.origin }))
  const name = `message-${toIso(copied.sentAt).slice(0, 10)}.${format}` // a subject would show in every list of downloads
  if (format === 'html') return { name, type: TYPES.html, content: whole(webPage(copied)) }
  const stillReadable = async () => {
    await store.read(tx => readableMessage(tx, reader, id, clock()))
  }
  const files = attachments.map(one => ({ ...one, content: contentIf(stillReadable, store, one) }))
  return { name, type: TYPES.eml, content: mailFile(copied, files) }
}

const isFormat = (word: string): word is CopyFormat => Object.hasOwn(TYPES, word)

/** @returns the files whose content the copy will hold. */
async function recordCopy(tx: Tx, reader: Reader, id: string, format: CopyFormat, now: Instant): Promise<Attachment[]> {
  const message = await readableMessage(tx, reader, id, now)
  const { organization } = message
  await record(tx, now, { ...asActor(reader), organization, action: 'message.copied', object: id, detail: { format } })
  if (format === 'html') return []
  const attachments = await tx.attachments.ofMessage(id)
  for (const attachment of attachments) await recordFetch(tx, reader, message, attachment, now)
  return attachments
}

async function copyOf(
  tx: Tx,
  reader: Reader,
  id: string,
  language: string,
  { now, origin }: { now: Instant; origin: string },
): Promise<Copied> {
  const message = await readableMessage(tx, reader, id, now)
  const person = await personBehind(tx, reader)
  const frame = await frameOf(tx, person, message, true)
  const { body } = await contentOf(tx, reader, message, now)
  const { timeZone, name } = reader
  const isOwn = message.direction === 'reply'
  return copiedFor(
    { language, timeZone, name },
    {
      message: id,
      savedAt: now,
      portal: new URL(origin).hostname,
      subject: body.subject,
      from: { name: frame.from, address: body.fromAddress },
      to: isOwn ? { name: frame.organization, address: null } : { name: frame.forWhom, address: person.recipient.address },
      sentAt: message.createdAt,
      bodyLanguage: body.language,
      text: body.text,
      html: body.html,
      files: body.attachments.map(file => file.name),
    },
  )
}

async function* whole(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(text)
}
