import { Readable } from 'node:stream'
import { oneLine } from '../letters/parts.ts'
import { toIso } from '../time.ts'
import type { Copied } from './copied.ts'
import { webPage } from './web-page.ts'

/** A file of the message, opened while it is written. */
export interface CopiedFile {
  name: string
  type: string
  content: AsyncIterable<Uint8Array>
}

/** Stands where nobody has an address, so that no answer to the copy goes anywhere. @see RFC 2606, section 2 */
const NO_ADDRESS = 'no-address@copy.invalid'

/**
 * A message as an e-mail that any mail program opens, with its files in it, made while it is taken: no file is ever whole in memory. Its
 * headers are composed by a library that keeps every value on its line; our own names are made one line before.
 *
 * @throws whatever a file's content throws: then the copy breaks off.
 */
export async function* mailFile(copied: Copied, files: CopiedFile[]): AsyncGenerator<Uint8Array, void, undefined> {
  const { message, portal, words, label, subject, from, to, sentAt, sentInWords, savedAt, text, html } = copied
  // Loaded with the first copy.
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const head = [`${label} ${words.warning}`, '', `${words.from}: ${from.name}`, `${words.to}: ${to.name}`]
  const streams = files.map(file => Readable.from(file.content, { objectMode: false }))
  const composed = new MailComposer({
    from: { name: oneLine(from.name), address: from.address ?? NO_ADDRESS },
    to: { name: oneLine(to.name), address: to.address ?? NO_ADDRESS },
    subject: oneLine(subject),
    date: new Date(sentAt),
    messageId: `<${message}.copy@${portal}>`,
    headers: { 'X-Restante-Copy': `message=${message}; portal=${portal}; saved=${toIso(savedAt)}` },
    text: [...head, `${words.sent}: ${sentInWords}`, `${words.subject}: ${subject}`, '', text].join('\n'),
    ...(html === null ? {} : { html: webPage({ ...copied, files: [] }) }),
    attachments: files.map(({ name, type }, i) => ({
      filename: oneLine(name),
      contentType: type,
      contentDisposition: 'attachment' as const,
      content: streams[i]!,
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const output = composed.compile().createReadStream()
  // What fails in a file fails the copy: the library alone would wait for it forever.
  for (const stream of streams) stream.once('error', error => output.destroy(error))
  try {
    for await (const piece of output) yield piece as Uint8Array
  } finally {
    output.destroy()
    for (const stream of streams) stream.destroy()
  }
}
