import type { MessageState } from './message.ts'
import type { ReceiptStage } from './receipt.ts'
import type { Method } from './sign-in/store.ts'
import type { Role } from './staff.ts'
import type { Instant } from './time.ts'

export type { FileUpload, ReceivedFile } from './file-upload.ts'

/** What pages and the API are given: plain data, structured-cloneable, nothing that must not be shown. */

export interface MessageLine {
  id: string
  direction: 'to_recipient' | 'reply'
  /** Null for a message that is not readable any more: a tombstone shows no subject. */
  subject: string | null
  from: string
  organization: string
  state: MessageState
  isNew: boolean
  attachmentCount: number
  createdAt: Instant
  expiresAt: Instant
}

/** A page of a mailbox. */
export interface MailboxPage {
  lines: MessageLine[]
  /** What to ask for `after`; null at the end. */
  next: string | null
  /** By whose messages it was narrowed. */
  from: string | null
}

/** Somebody who has written to a reader. */
export interface SenderLine {
  name: string
  /** One of their messages, to find the others by. */
  message: string
  messages: number
}

export interface SearchResult {
  lines: MessageLine[]
  /** How many messages were looked through. */
  looked: number
  /** Whether there may be more that fits. */
  isMore: boolean
}

export interface KeptSearch {
  words: string
  found: SearchResult
}

export interface AttachmentLine {
  id: string
  name: string
  type: string
  size: number
}

/** What is always shown of a message, whatever its state. */
export interface MessageFrame {
  id: string
  organization: string
  phone: string
  /** The patient's name. */
  forWhom: string
  from: string
  createdAt: Instant
  expiresAt: Instant
}

/** What happened with a message, or with the mailbox it is in. */
export type HistoryEvent =
  | 'came'
  | 'noticed'
  | 'bounced'
  | 'opened'
  | 'read'
  | 'file_fetched'
  | 'copied'
  | 'replied'
  | 'more_time_asked'
  | 'extended'
  | 'expired'
  | 'retracted'
  | 'disposed'
  | 'state_seen'
  | 'trail_seen'
  | 'searched'
  | 'history_seen'

/**
 * Who did it, as far as the patient is told. `system`: the sender's computers. `nobody`: somebody who had not signed in. Staff by name only
 * where the message may name who wrote it, and never those who do not write to patients.
 */
export type HistoryActor =
  | { kind: 'you' | 'system' | 'portal' | 'operator' | 'nobody' }
  | { kind: 'staff'; role: Role | null; name: string | null }

export interface HistoryLine {
  index: number
  at: Instant
  event: HistoryEvent
  by: HistoryActor
  /** How they had signed in; of what oneself did. */
  method: Method | null
  /** Name of the file, or kind of the copy. */
  detail: string | null
  /** What it was about, as the list shows it; null when it was about no one message. */
  message: MessageLine | null
}

/** What happened with one's own messages, newest first. */
export interface HistoryView {
  organization: string
  phone: string
  lines: HistoryLine[]
  /** What to ask for `before`; null at the end. */
  next: number | null
  /** The one message it is about; null when it is about all. */
  message: MessageLine | null
}

/** One message as its reader may see it now. */
export type MessageView =
  | { kind: 'envelope'; frame: MessageFrame; needsConfirmation: 'code' | 'birth_date' | null }
  | { kind: 'message'; frame: MessageFrame; body: MessageBody; seenAt: Instant }
  | { kind: 'expired'; frame: MessageFrame; moreTimeAskedAt: Instant | null }
  | { kind: 'retracted'; frame: MessageFrame; retractedAt: Instant }
  | { kind: 'gone'; frame: MessageFrame }

export interface MessageBody {
  subject: string
  fromAddress: string | null
  text: string
  /** Sanitized. Shown only in a sandboxed frame. */
  html: string | null
  language: string
  openedAt: Instant
  direction: 'to_recipient' | 'reply'
  attachments: AttachmentLine[]
  replyAllowed: boolean
  /** The other readable messages of the thread, oldest first. */
  thread: MessageLine[]
}

/** What somebody has begun to write back. */
export interface DraftView {
  /** Names this very text. */
  version: string
  text: string
  /** What was typed after their session had ended. */
  aside: { text: string; at: Instant } | null
  savedAt: Instant
  keptUntil: Instant
  files: AttachmentLine[]
}

/** Whether a message can be answered now; if not, why. `gone`: it is not there for them any more. */
export type AnswerWindow = 'open' | 'not_allowed' | 'expired' | 'retracted' | 'gone'

/** What a recipient is told when they write back. */
export interface AnswerView {
  /** Null when the message is not there for them any more. */
  frame: MessageFrame | null
  /** Of what they answer, while they may read it. */
  subject: string | null
  window: AnswerWindow
  moreTimeAsked: boolean
  draft: DraftView | null
  /** Lets what is typed on this page wait beside the draft, should the session end meanwhile. */
  ticket: string
  /** Their last answer. */
  answered: { at: Instant; answerBy: string | null } | null
}

/** A message that somebody has begun to answer. */
export interface DraftLine {
  message: string
  /** Null when it may not be told (any more). */
  subject: string | null
  savedAt: Instant
}

export interface DepositLine {
  id: string
  reference: string | null
  thread: string
  subject: string | null
  createdAt: Instant
  messages: DepositedMessage[]
}

/** One recipient's part of a deposit, as its sender sees it. */
export interface DepositedMessage {
  id: string
  /** E-mail address. */
  recipient: string
  recipientName: string
  state: MessageState
  expiresAt: Instant
  receipts: { id: string; stage: ReceiptStage; at: Instant; attachment: string | null }[]
  notices: { state: string; at: Instant; attempts: number; answer: string | null }[]
  retractedAt: Instant | null
}

/** What the sender must know before taking a message back. */
export interface RetractionEvidence {
  message: string
  recipient: string
  state: MessageState
  wasOpened: boolean
  openedAt: Instant | null
  attachmentsFetched: string[]
  /** Whether the recipient signed in since, and so may have seen the subject in the list. */
  signedInAt: Instant | null
}

export interface RetractionResult {
  id: string
  state: MessageState
  wasOpened: boolean
  openedAt: Instant | null
  attachmentsFetched: string[]
}

export interface ReplyLine {
  id: string
  deposit: string
  thread: string
  from: string
  subject: string
  createdAt: Instant
  isNew: boolean
  attachmentCount: number
}

export interface ReplyView extends ReplyLine {
  fromAddress: string
  text: string
  language: string
  attachments: AttachmentLine[]
  /** The other messages of the thread, oldest first. */
  earlier: { id: string; direction: 'to_recipient' | 'reply'; from: string; createdAt: Instant; text: string | null }[]
}

/** One reply as its provider may see it now: unopened, from whom and about what; opened, all of it. */
export type ReplyLook = { kind: 'envelope'; envelope: ReplyLine } | { kind: 'reply'; reply: ReplyView }

export interface TrailLine {
  index: number
  at: Instant
  actor: string
  action: string
  object: string | null
  /** Words and numbers of the entry that are worth showing. */
  detail: string
}

/** What a reader's page of settings is told, beside what every page knows of its visitor (language, display). */
export interface PreferencesView {
  /** Theirs, where letters go. Only their organization can change it: whom to call. */
  address: string
  organization: string
  phone: string
  /** Null: their organization's. */
  timeZone: string | null
  clinicTimeZone: string
  wantsReminders: boolean
  /** What time it is, so that a zone can be chosen by the clock on the wall. */
  now: Instant
}
