export const RETRACTION_REASONS = ['wrong_recipient', 'wrong_content', 'duplicate', 'other'] as const
export type RetractionReason = (typeof RETRACTION_REASONS)[number]

/** In characters. */
export const LONGEST_NOTE = 500

/** What a sender takes back, and why. */
export interface RetractionOrder {
  reason: RetractionReason
  /** The sender's own words, sealed; nobody else is shown them. */
  note?: string | undefined
  /** Ids of messages; all of the deposit when absent. */
  messages?: string[] | undefined
  /** Whether a tombstone stands where the message was; it does unless this is false. */
  tellRecipient?: boolean | undefined
}
