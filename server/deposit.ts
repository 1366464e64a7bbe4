import type { SenderRef } from './sender.ts'
import type { Instant } from './time.ts'

/** One hand-in by a sender. What each recipient gets of it is a message. */
export interface Deposit {
  id: string
  sender: SenderRef
  organization: string
  /** The sender's own name for it, sealed at rest, found through a blind index. */
  reference: string | null
  thread: string
  /** Class of the organization's retention policy; not the recipient's expiry. */
  retention: string
  fallbackReason: string | null
  createdAt: Instant
  /** Absent for what staff deposit by hand. */
  idempotency: Idempotency | null
}

export interface Idempotency {
  /** SHA-256 (base64url) of the key the client sent. */
  keyHash: string
  /** SHA-256 (base64url) of the request's body. */
  bodyHash: string
  /** The answer that was given, to be given again; sealed at rest. */
  answer: string
}
