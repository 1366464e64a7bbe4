import type { Instant } from './time.ts'

/** A `sent` letter was taken by a mail server; `bounced`: refused for good; `failed`: given up after the last try. */
export type LetterState = 'queued' | 'deferred' | 'sent' | 'bounced' | 'failed' | 'cancelled'

/** Why a letter is sent; decides its words. None of them holds content. */
export type LetterKind =
  | 'notice'
  | 'reminder'
  | 'expiry_warning'
  | 'code'
  | 'account_change'
  | 'recovery_started'
  | 'new_sign_in'
  | 'invitation'
  | 'reply_waiting'
  | 'more_time_asked'
  | 'more_time_given'
  | 'not_for_me'

/** Letters that say once more what a notice has said: a message still waits, or can soon no longer be read. */
const NUDGES = ['reminder', 'expiry_warning'] as const satisfies LetterKind[]
export type Nudge = (typeof NUDGES)[number]
export const isNudge = (kind: LetterKind): kind is Nudge => NUDGES.some(nudge => nudge === kind)

/** Letters to a recipient about one of their messages. What became of them is in the trail and the receipts. */
export const tellsOfMessage = (kind: LetterKind): boolean => kind === 'notice' || kind === 'more_time_given' || isNudge(kind)

/** Letters that are sent whatever becomes of the message: that one reached the wrong person stays true, and has to be looked into. */
export const OUTLIVES_ITS_MESSAGE: readonly LetterKind[] = ['not_for_me']

/** What a letter needs to be written, sealed at rest until it is sent. */
export interface LetterContent {
  to: string
  language: string
  /** Values its template asks for, such as `locator`, `code`, `reference`, `host`, `until`, `organization`, `phone`. */
  values: Record<string, string>
}

export interface Letter {
  id: string
  organization: string
  kind: LetterKind
  /** The message it is about; null for letters about an account. */
  message: string | null
  state: LetterState
  attempts: number
  createdAt: Instant
  nextAttemptAt: Instant
  claimedUntil: Instant | null
  settledAt: Instant | null
  /** The same in every try, so that a mailbox can tell a second hand-off from a second letter. */
  messageIdHeader: string
  /** What the mail server last said, without addresses. */
  lastAnswer: string | null
  content: LetterContent
}

/** What became of a letter: of a deferred one also when it is tried again. */
export interface SettledLetter {
  id: string
  state: Exclude<LetterState, 'queued'>
  at: Instant
  /** What the mail server said, without addresses. */
  answer: string
  nextAttemptAt?: Instant
}

export type NewLetter = Pick<
  Letter,
  'id' | 'organization' | 'kind' | 'message' | 'createdAt' | 'nextAttemptAt' | 'messageIdHeader' | 'content'
> & {
  /** Of a notice or what follows it: whose mailbox the message is in. */
  recipient?: string | null
}
