import { newId } from './ids.ts'
import type { Message } from './message.ts'
import { type Letter, type LetterState, tellsOfMessage } from './outbox.ts'
import type { ReceiptStage } from './receipt.ts'
import type { Tx } from './store.ts'
import { hours, type Instant, minutes, seconds } from './time.ts'
import type { Action } from './trail/action.ts'
import { PORTAL_ACTOR, record } from './trail/entry.ts'

/**
 * Why the notice of this message must not leave (any more), in one word; null when it may. Asked at the last moment before it is
 * handed to the mail server: between deposit and hand-off a message can be read, taken back or run out.
 */
export function whyNoNotice(message: Pick<Message, 'state' | 'expiresAt' | 'hiddenAt'>, now: Instant): string | null {
  if (message.state !== 'waiting') return message.state
  if (message.expiresAt <= now) return 'expired'
  if (message.hiddenAt !== null) return 'not_for_me'
  return null
}

/** As {@link whyNoNotice}, of a letter that has a meaning for what was opened, too: it can still be read. */
export const whyNotToRead = (message: Pick<Message, 'state' | 'expiresAt' | 'hiddenAt'>, now: Instant): string | null =>
  whyNoNotice(message.state === 'opened' ? { ...message, state: 'waiting' } : message, now)

const BURST_MEMORY = hours(1)
const FIRST_PAUSE = seconds(10)
const LONGEST_PAUSE = minutes(10)

/**
 * When the recipient of this message may be sent a notice again. A burst makes one: the first leaves at once, and what follows waits
 * and leaves together, as one mail that stands for all of it. The pauses grow from ten seconds to ten minutes.
 *
 * Nothing is held back for good: each message is noticed, unless it was read meanwhile. A notice that was asked for again by
 * hand is not held back either.
 */
export async function nextNoticeAt(tx: Tx, message: Pick<Message, 'id' | 'recipient'>, now: Instant): Promise<Instant> {
  const next = await firstNoticeAt(tx, message.recipient, now)
  return next === now || (await tx.receipts.has(message.id, 'noticed')) ? now : next
}

/** As {@link nextNoticeAt}, of a message that nobody has been told of yet. */
export async function firstNoticeAt(tx: Tx, recipient: string, now: Instant): Promise<Instant> {
  const sent = await tx.outbox.noticeTimes(recipient, now - BURST_MEMORY)
  return sent.length === 0 ? now : Math.max(now, sent[0]! + pauseAfter(sent.length))
}

/** How long a recipient is left in peace after so many notices within an hour. */
export const pauseAfter = (notices: number): number => Math.min(FIRST_PAUSE * 4 ** (notices - 1), LONGEST_PAUSE)

const EVIDENCE: Partial<Record<LetterState, { stage: ReceiptStage | null; action: Action }>> = {
  sent: { stage: 'noticed', action: 'notice.sent' },
  deferred: { stage: 'notice_deferred', action: 'notice.deferred' },
  bounced: { stage: 'notice_bounced', action: 'notice.bounced' },
  failed: { stage: null, action: 'notice.failed' },
  cancelled: { stage: null, action: 'notice.cancelled' },
}

/** Receipt and trail entry for what became of a notice or of what follows it, in the transaction that settles it. Other letters leave none. */
export async function noteNotice(tx: Tx, letter: Letter, state: LetterState, at: Instant, because?: string): Promise<void> {
  const evidence = EVIDENCE[state]
  if (!tellsOfMessage(letter.kind) || letter.message === null || evidence === undefined) return
  const { stage, action } = evidence
  const receipt = stage && { id: newId('evt', at), message: letter.message, stage, at, attachment: null }
  const isNew = receipt === null || (await tx.receipts.addOnce(receipt))
  // A mail server that is away for days is one fact, not forty.
  if (state === 'deferred' && !isNew) return
  await record(tx, at, {
    organization: letter.organization,
    actor: PORTAL_ACTOR,
    action,
    object: letter.message,
    detail: {
      ...{ letter: letter.id, attempt: letter.attempts },
      ...(letter.kind !== 'notice' && { kind: letter.kind }),
      ...(because !== undefined && { because }),
    },
  })
}
