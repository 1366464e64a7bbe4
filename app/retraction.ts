import type { RetractionOrder } from '../server/portal.ts'
import { refusal } from './refusal.ts'

export const REASONS = ['wrong_recipient', 'wrong_content', 'duplicate', 'other'] as const satisfies RetractionOrder['reason'][]

/** The order that the withdraw page's answers make. @throws PortalError `invalid` when nobody or no reason was chosen */
export function retractionOrder(answers: { messages: string[]; reason: string; note: string; tell: string }): RetractionOrder {
  const reason = REASONS.find(known => known === answers.reason)
  // Without a choice the portal would take back the whole deposit: that must never happen by forgetting a tick.
  if (answers.messages.length === 0)
    throw refusal('invalid', 'Nobody is chosen.', [{ field: 'messages', problem: 'Choose at least one recipient.' }])
  if (!reason) throw refusal('invalid', 'No reason is chosen.', [{ field: 'reason', problem: 'Choose a reason.' }])
  return { reason, note: answers.note || undefined, messages: answers.messages, tellRecipient: answers.tell === 'yes' }
}
