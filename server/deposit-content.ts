import { type Asking, senderRef } from './asking.ts'
import { checkMessage, type DepositMessage, type DepositRequest } from './deposit-request.ts'
import { PortalError } from './errors.ts'
import { digestOf, type FileUpload, type ReceivedFile, type StagedUpload } from './file-upload.ts'
import { typeOf } from './intake/file-type.ts'
import { readJson } from './intake/json.ts'
import { openJwe } from './intake/jwe.ts'
import { MESSAGE_JSON, shaped, toMessage } from './intake/message-json.ts'
import type { Attachment, Content } from './message.ts'
import { type Parts, UPLOAD_LIMITS } from './parts.ts'
import { languageTag } from './plain-text.ts'
import type { Instant } from './time.ts'

/** Said of a text whose language nobody named (BCP 47): better than a guess that a screen reader would follow. */
const UNKNOWN_LANGUAGE = 'und'

/** A deposit's content, opened, checked and made harmless: what every recipient gets a sealed copy of. */
export interface ReadyContent {
  /** Without `from` the sender's own name is shown. */
  content: Omit<Content, 'from' | 'commitmentSalt'> & { from: Content['from'] | null }
  /** What the sender called it; null when nothing. */
  language: string | null
  files: ReadyFile[]
}

/** A file, and what it is by its bytes. */
export type ReadyFile = { name: string; type: string; digest: string } & (
  | { bytes: Uint8Array }
  | { staged: string; size: number }
)

/**
 * Makes the content ready to be kept. All the slow work of a deposit is here, before its transaction begins.
 *
 * Once a seal is open its plaintext is a message like any other, and is refused like any other, with pointers below `/content`.
 *
 * @throws PortalError `undecipherable`, `malformed`, `invalid`, `too_large`.
 */
export async function readyContent(
  parts: Pick<Parts, 'store' | 'sanitizer' | 'settings'>,
  sender: Asking,
  { content, recipients, files = [] }: DepositRequest,
  now: Instant,
): Promise<ReadyContent> {
  const message = content.kind === 'message' ? content.message : await openSealed(parts, content.jwe, now)
  checkMessage(message, files, content.kind === 'message' ? '/message' : '/content', recipients.length)
  return {
    content: {
      subject: message.subject,
      from: shownSender(message),
      text: message.text,
      html: message.html === null ? null : nullIfEmpty(await parts.sanitizer.clean(message.html)),
      language: message.language === null ? UNKNOWN_LANGUAGE : languageTag(message.language)!,
    },
    language: message.language,
    files: await readyFiles(parts, sender, [...message.attachments, ...files]),
  }
}

async function openSealed({ store }: Pick<Parts, 'store'>, jwe: string, now: Instant): Promise<DepositMessage> {
  const plaintext = await openJwe(jwe, kid => store.read(tx => tx.depositKeys.find(kid)), now)
  return toMessage(shaped(MESSAGE_JSON, readJson(plaintext), '/content'), '/content')
}

async function readyFiles(
  { store, settings }: Pick<Parts, 'store' | 'settings'>,
  sender: Asking,
  files: ReceivedFile[],
): Promise<ReadyFile[]> {
  const bytes = files.reduce((sum, file) => sum + ('staged' in file ? file.size : file.bytes.length), 0)
  if (bytes > (settings.uploads ?? UPLOAD_LIMITS).depositBytes)
    throw new PortalError('too_large', 'The files of this deposit are too large together.')
  return Promise.all(files.map(file => ('staged' in file ? stagedFile(store, sender, file) : readyFile(file))))
}

async function readyFile(file: FileUpload): Promise<ReadyFile> {
  const { name, bytes } = file
  return { name: name.normalize('NFC'), type: await typeOf(bytes, name), bytes, digest: digestOf(file) }
}

/** What is known of a staged file is what was written when it came; that it is somebody else's is told as that it is not there. */
async function stagedFile(store: Parts['store'], asking: Asking, { staged }: StagedUpload): Promise<ReadyFile> {
  const sender = senderRef(asking)
  const file = await store.read(tx => tx.stagedFiles.find(staged))
  if (file === null || file.by.kind !== sender.kind || file.by.id !== sender.id || file.by.organization !== sender.organization) {
    throw new PortalError('conflict', 'A file of this deposit is not here any more. Please send all of it again.')
  }
  const { name, type, digest, size } = file
  return { name, type, digest, staged, size }
}

function shownSender({ from }: DepositMessage): Content['from'] | null {
  if (from === null) return null
  return from.email === undefined ? { name: from.name } : { name: from.name, email: from.email }
}

/**
 * What the trail is bound to when a message is deposited: a text in which nothing of the content can be changed unnoticed. Whoever has
 * the message and its salt can make it again.
 */
export function committedText(
  content: Omit<Content, 'commitmentSalt'>,
  files: (Pick<Attachment, 'name' | 'type'> & { digest: string })[],
): string {
  const { subject, from, text, html, language } = content
  return JSON.stringify([
    [subject, from.name, from.email ?? null, text, html, language],
    files.map(file => [file.name, file.type, file.digest]),
  ])
}

const nullIfEmpty = (html: string): string | null => (html.trim() === '' ? null : html)
