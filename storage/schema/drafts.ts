import type { Authenticated } from './keys.ts'

/** What a recipient has begun to write back to a message. Sealed: words (version, text, what was typed after their session had ended). */
export interface DraftRow extends Authenticated {
  id: string
  /** A message has one draft at most. */
  message: string
  organization: string
  recipient: string
  /** Random, and another with each change of the words. */
  version: string
  created_at: number
  saved_at: number
}

/** A staged file that waits with a draft. */
export interface DraftFileRow extends Authenticated {
  stored_object: string
  draft: string
  /** Their order. */
  number: number
}
