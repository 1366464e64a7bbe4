import type { Message } from './message.ts'
import { days, type Instant } from './time.ts'

/** What somebody has begun to write back, and has not sent. One for each message; nobody but its recipient ever reads it. */
export interface Draft extends DraftWords {
  id: string
  /** What it answers. */
  message: string
  organization: string
  recipient: string
  createdAt: Instant
  /** When anything of it was last changed. */
  savedAt: Instant
  files: DraftFile[]
}

/** Sealed. */
export interface DraftWords {
  /** A random word for this very text: what somebody saw is sent, or nothing. */
  version: string
  text: string
  /** What was typed on their page after their session had ended; theirs to take over, or to leave. */
  aside: { text: string; at: Instant } | null
}

/** A file that waits sealed for the answer to be sent. Its id is that of the staged file. */
export interface DraftFile {
  id: string
  name: string
  /** Media type by content. */
  type: string
  /** Bytes. */
  size: number
  /** SHA-256 of the content, base64url. */
  digest: string
}

export interface Drafts {
  /** @throws PortalError `tampered` when it is not what was kept. */
  find(message: string): Promise<Draft | null>
  /** Which messages this recipient has begun to answer, the last changed first. */
  ofRecipient(recipient: string): Promise<Pick<Draft, 'message' | 'savedAt'>[]>
  /** Keeps it in the place of the one this message had; the words that were there before are gone, key and all. */
  put(draft: Omit<Draft, 'files'>): Promise<void>
  /** Nothing sweeps this staged file while the draft is there. @throws PortalError `conflict` when it is not there any more */
  addFile(draft: Pick<Draft, 'id'>, staged: string): Promise<void>
  /** Destroys the keys of one of its files. @returns whether there was such a file */
  removeFile(draft: Pick<Draft, 'id'>, staged: string): Promise<boolean>
  /** Destroys its keys and those of its files, but for files that a message has claimed. @returns whether there was one */
  remove(message: string): Promise<boolean>
  /** Messages whose draft was last changed before this moment, oldest first. */
  lastSavedBefore(before: Instant, limit: number): Promise<string[]>
  /** A word that nobody can make up: this page was shown to the recipient of this message at this moment. */
  ticket(message: string, recipient: string, at: Instant): string
  /** In constant time. */
  ticketFits(presented: string, message: string, recipient: string, at: Instant): boolean
}

/** So long after its last change a draft is destroyed. */
export const DRAFT_KEPT = days(30)
/** In UTF-16 code units: more than can be sent, for what was typed must not be lost because it is too long. */
export const MAX_DRAFT_TEXT = 100_000

/**
 * Whether what its recipient writes back is kept. Whoever has opened a message may have begun to write; that it was taken back, hidden or
 * has expired since is no reason to lose their words. Sending asks for more.
 */
export const mayKeepDraft = (message: Message | null, recipient: string): message is Message =>
  message !== null &&
  message.recipient === recipient &&
  message.direction === 'to_recipient' &&
  message.openedAt !== null &&
  message.state !== 'disposed'
