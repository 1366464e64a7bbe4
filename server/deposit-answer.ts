import type { MessageState } from './message.ts'
import type { ReceiptStage } from './receipt.ts'
import { type Instant, toIso } from './time.ts'

/** A deposit as the API tells it. */
export interface DepositAnswer {
  id: string
  reference: string | null
  thread: string
  createdAt: string
  messages: {
    id: string
    /** E-mail address. */
    recipient: string
    state: MessageState
    expiresAt: string
    receipts: { id: string; stage: ReceiptStage; at: string; attachment?: string }[]
  }[]
}

/** What the answer is made of, whether the deposit has just been made or is looked up. */
export interface AnswerFacts {
  id: string
  reference: string | null
  thread: string
  createdAt: Instant
  messages: {
    id: string
    recipient: string
    state: MessageState
    expiresAt: Instant
    receipts: { id: string; stage: ReceiptStage; at: Instant; attachment: string | null }[]
  }[]
}

export const depositAnswer = ({ id, reference, thread, createdAt, messages }: AnswerFacts): DepositAnswer => ({
  id,
  reference,
  thread,
  createdAt: toIso(createdAt),
  messages: messages.map(message => ({
    id: message.id,
    recipient: message.recipient,
    state: message.state,
    expiresAt: toIso(message.expiresAt),
    receipts: message.receipts.map(({ id, stage, at, attachment }) => ({
      id,
      stage,
      at: toIso(at),
      ...(attachment === null ? {} : { attachment }),
    })),
  })),
})
