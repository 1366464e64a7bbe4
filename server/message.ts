import type { Once } from './once.ts'
import type { SenderRef } from './sender.ts'
import type { Instant } from './time.ts'

export type MessageState = 'waiting' | 'opened' | 'expired' | 'retracted' | 'disposed'

/** What one recipient gets of a deposit, or what they answered (`direction: 'reply'`). */
export interface Message {
  id: string
  organization: string
  /** The deposit it came with; a reply names the deposit it answers. */
  deposit: string
  thread: string
  direction: 'to_recipient' | 'reply'
  /** The patient's side, whichever way the message goes. */
  recipient: string
  /** The clinic's side, whichever way the message goes. */
  sender: SenderRef
  inReplyTo: string | null
  state: MessageState
  createdAt: Instant
  /** After this the recipient can no longer read. */
  expiresAt: Instant
  /** Until this the organization keeps the sealed content. Another clock: never confuse the two. */
  retainUntil: Instant
  openedAt: Instant | null
  retractedAt: Instant | null
  retractionReason: string | null
  /** Whether the recipient is told that it was taken back. */
  tellRecipient: boolean
  /** When the recipient said "this is not for me"; it is hidden from then on. */
  hiddenAt: Instant | null
  replyAllowed: boolean
  confidential: boolean
  /** Whether the sender gave an activation code or a birth date with it. */
  needsConfirmation: 'code' | 'birth_date' | null
  attachmentCount: number
  /** Counts the changes of this row; the trail holds the same number, so that an older copy put back is noticed. */
  revision: number
}

/**
 * A message to be kept. The opaque word of its notice is found through a keyed hash, and kept sealed for another notice; the sender's
 * check is kept as a keyed hash alone.
 */
export interface NewMessage
  extends Omit<Message, 'revision' | 'openedAt' | 'retractedAt' | 'retractionReason' | 'tellRecipient' | 'hiddenAt'> {
  locator: string | null
  activationAnswer: string | null
  /** The form it was sent with, so that it is kept once; its hash of the words is sealed, for short ones could be guessed from it. */
  form: Once | null
}

/** What is sealed: each field its own part with its own key. */
export interface Content {
  subject: string
  from: { name: string; email?: string | undefined }
  text: string
  /** Already sanitized. */
  html: string | null
  /** BCP 47 tag of subject and body. */
  language: string
  /**
   * Salt (base64url) of the commitment to this content in the trail. Sealed with it: once both are destroyed, nobody can find the
   * content by trying.
   */
  commitmentSalt?: string | undefined
}

export interface Attachment {
  id: string
  message: string
  organization: string
  recipient: string
  /** Sealed at rest. */
  name: string
  /** Media type by content, not by what the sender said. Sealed at rest. */
  type: string
  /** Bytes. */
  size: number
}

/** How a message stands for one person: as its state says, or as if there were none (`absent`). */
export type Standing = 'absent' | MessageState

/**
 * How a message stands for a recipient at this moment. Somebody else's, a hidden one, and one that was taken back without telling them
 * are not there. An expiry that has come counts before the sweep has written it.
 */
export function standingFor(recipient: string, message: Message | null, now: Instant): Standing {
  if (message === null || message.recipient !== recipient || message.hiddenAt !== null) return 'absent'
  if (message.state === 'disposed') return 'disposed'
  if (message.state === 'retracted') return message.tellRecipient ? 'retracted' : 'absent'
  if (message.state === 'expired' || now >= message.expiresAt) return 'expired'
  return message.state
}

/** Their own answer needs no opening: `waiting` says that the clinic has not opened it, which is not for the writer to see. */
export const isReadable = (message: Message, standing: Standing): boolean =>
  standing === 'opened' || (message.direction === 'reply' && standing === 'waiting')

/** Whether the sender's activation code or identity check is still to be answered before anything of it is told. */
export const awaitsConfirmation = (message: Message, recipient: { confirmedAt: Instant | null }): boolean =>
  message.needsConfirmation !== null && recipient.confirmedAt === null

export type Opening = 'may_open' | 'already_open' | 'not_found' | 'expired' | 'retracted' | 'gone' | 'confirmation_required'

/** Whether this recipient may open it now; if not, why: one of the portal's error codes. */
export function mayOpen(message: Message | null, reader: { id: string; confirmedAt: Instant | null }, now: Instant): Opening {
  const standing = standingFor(reader.id, message, now)
  if (message === null || message.direction === 'reply') return 'not_found' // what they wrote themselves is the clinic's to open
  switch (standing) {
    case 'absent':
      return 'not_found'
    case 'disposed':
      return 'gone'
    case 'expired':
    case 'retracted':
      return standing
    case 'opened':
      return 'already_open'
    case 'waiting':
      return awaitsConfirmation(message, reader) ? 'confirmation_required' : 'may_open'
  }
}
