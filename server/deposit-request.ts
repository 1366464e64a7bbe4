import type { Instant } from './time.ts'
import type { FileUpload } from './views.ts'

/** A deposit as asked for, understood and checked (api/deposits.ts reads it from JSON, the compose page from a form). */
export interface DepositRequest {
  recipients: DepositRecipient[]
  /** What is deposited: in the clear over TLS, or sealed to one of our keys (compact JWE). */
  content: { kind: 'message'; message: DepositMessage } | { kind: 'jwe'; jwe: string }
  expiresAt: Instant | null
  retention: string | null
  replyAllowed: boolean
  confidential: boolean
  thread: string | null
  reference: string | null
  fallbackReason: string | null
}

export interface DepositRecipient {
  email: string
  name: string
  language: string | null
  activation: { kind: 'code'; answer: string } | { kind: 'birth_date'; answer: string } | null
}

export interface DepositMessage {
  from: { name: string; email?: string | undefined } | null
  subject: string
  text: string
  html: string | null
  language: string | null
  attachments: FileUpload[]
}
