import type { Understood } from '../api/understood.ts'
import type { DepositKey } from '../deposit-key.ts'
import type { DepositMessage } from '../deposit-request.ts'
import type { Instant } from '../time.ts'
import type { Refusal } from '../wire/refusal.ts'

/** What is taken apart beside the event loop, in pieces as it came. */
export type IntakeTask = { pieces: Uint8Array[] } & (
  | { kind: 'deposit' | 'batch' }
  | { kind: 'sealed'; key: DepositKey | null; now: Instant }
)

export interface IntakeResults {
  deposit: Understood
  batch: Uint8Array[]
  sealed: DepositMessage
}

export type IntakeAnswer = { done: IntakeResults[keyof IntakeResults] } | { refusal: Refusal }
