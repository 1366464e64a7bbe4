import type { Instant } from './time.ts'

/** How far a message got. Each stage says only what it proves: `noticed`, that a mail server took the notice; nothing about a person. */
export const RECEIPT_STAGES = [
  'noticed',
  'notice_deferred',
  'notice_bounced',
  'signed_in',
  'opened',
  'attachment_fetched',
  'replied',
  'not_for_me',
  'more_time_asked',
] as const
export type ReceiptStage = (typeof RECEIPT_STAGES)[number]

/** Evidence of one stage. */
export interface Receipt {
  id: string
  message: string
  stage: ReceiptStage
  at: Instant
  /** Which one was fetched. */
  attachment: string | null
}
