import { type Asking, senderRef } from './asking.ts'
import type { DepositKey } from './deposit-key.ts'
import { checkMessage, type DepositMessage, type DepositRequest } from './deposit-request.ts'
import { PortalError } from './errors.ts'
import { digestOf, type FileUpload, type ReceivedFile, type StagedUpload } from './file-upload.ts'
import { typeOf } from './intake/file-type.ts'
import { readSealedMessage } from './intake/sealed-message.ts'
import type { Attachment, Content } from './message.ts'
import { type Parts, UPLOAD_LIMITS } from './parts.ts'
import { languageTag } from './plain-text.ts'
import { inPieces, STAGED_FROM_BYTES } from './staged-file.ts'
import type { Instant } from './time.ts'

/** Said of a text whose language nobody named (BCP 47): better than a guess that a screen reader would follow. */
const UNKNOWN_LANGUAGE = 'und'

/** Every recipient gets a sealed copy of small files: so much of it in one transaction. */
const MOST_COPIED_BYTES = 2 * 1024 * 1024

/** A deposit's content, opened, checked and made harmless: what every recipient gets a sealed copy of. */
export interface ReadyContent {
  /** Without `from` the sender's own name is shown. */
  content: Omit<Content, 'from' | 'commitmentSalt'> & { from: Content['from'] | null }
  /** What the sender called it; null when nothing. */
  language: string | null
  files: ReadyFile[]
  /** Ids of those among them that were sealed here: to be let go when the deposit is not made. */
  sealedFiles: string[]
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
 * @param sealedUnder - our key that sealed content names, where it has been looked up.
 * @throws PortalError `undecipherable`, `malformed`, `invalid`, `too_large`.
 */
export async function readyContent(
  parts: Pick<Parts, 'store' | 'sanitizer' | 'settings'>,
  sender: Asking,
  { content, recipients, files = [] }: DepositRequest,
  now: Instant,
  sealedUnder: DepositKey | null = null,
): Promise<ReadyContent> {
  const findKey = async (kid: string) =>
    kid === sealedUnder?.kid ? sealedUnder : parts.store.read(tx => tx.depositKeys.find(kid))
  const message = content.kind === 'message' ? content.message : await readSealedMessage(content.jwe, findKey, now)
  checkMessage(message, files, content.kind === 'message' ? '/message' : '/content', recipients.length)
  const html = message.html === null ? null : nullIfEmpty(await parts.sanitizer.clean(message.html))
  const given = [...message.attachments, ...files]
  const ready = await readyFiles(parts, sender, given, recipients.length, now)
  return {
    content: {
      subject: message.subject,
      from: shownSender(message),
      text: message.text,
      html,
      language: message.language === null ? UNKNOWN_LANGUAGE : languageTag(message.language)!,
    },
    language: message.language,
    files: ready,
    sealedFiles: ready.flatMap((file, i) => ('staged' in file && !('staged' in given[i]!) ? [file.staged] : [])),
  }
}

async function readyFiles(
  { store, settings }: Pick<Parts, 'store' | 'settings'>,
  asking: Asking,
  files: ReceivedFile[],
  copies: number,
  now: Instant,
): Promise<ReadyFile[]> {
  const bytes = files.reduce((sum, file) => sum + ('staged' in file ? file.size : file.bytes.length), 0)
  if (bytes > (settings.uploads ?? UPLOAD_LIMITS).depositBytes)
    throw new PortalError('too_large', 'The files of this deposit are too large together.')
  const inMemory = files.reduce((sum, file) => sum + ('staged' in file ? 0 : file.bytes.length), 0)
  const stagedFrom = inMemory * copies > MOST_COPIED_BYTES ? 0 : STAGED_FROM_BYTES
  return Promise.all(
    files.map(file => {
      if ('staged' in file) return stagedFile(store, asking, file)
      return file.bytes.length > stagedFrom ? sealedFile(store, asking, file, now) : readyFile(file)
    }),
  )
}

async function readyFile(file: FileUpload): Promise<ReadyFile> {
  const { name, bytes } = file
  return { name: name.normalize('NFC'), type: await typeOf(bytes, name), bytes, digest: digestOf(file) }
}

/** Sealed bit by bit before the transaction: in it, a large file would hold everybody up. */
async function sealedFile(store: Parts['store'], asking: Asking, { name, bytes }: FileUpload, now: Instant): Promise<ReadyFile> {
  const type = await typeOf(bytes.subarray(0, STAGED_FROM_BYTES), name, bytes.length <= STAGED_FROM_BYTES)
  const file = { name: name.normalize('NFC'), type, by: senderRef(asking), at: now }
  const { id, size, digest } = await store.stageFile(file, inPieces(bytes))
  return { name: file.name, type, digest, staged: id, size }
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
