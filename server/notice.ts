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

/** When each recipient was sent notices lately, newest first. */
export type SentNotices = ReadonlyMap<string, readonly Instant[]>

export const noticesSentTo = (tx: Tx, recipients: readonly string[], now: Instant): Promise<SentNotices> =>
  tx.outbox.noticeTimes(recipients, now - BURST_MEMORY)

/**
 * When the recipient of this message may be sent a notice again. A burst makes one: the first leaves at once, and what follows waits
 * and leaves together, as one mail that stands for all of it. The pauses grow from ten seconds to ten minutes.
 *
 * Nothing is held back for good: each message is noticed, unless it was read meanwhile. A notice that was asked for again by
 * hand is not held back either.
 *
 * @param sent - to this recipient among others: {@link noticesSentTo}.
 */
export async function nextNoticeAt(
  tx: Tx,
  message: Pick<Message, 'id' | 'recipient'>,
  sent: SentNotices,
  now: Instant,
): Promise<Instant> {
  const next = afterNotices(sent.get(message.recipient), now)
  return next === now || (await tx.receipts.has(message.id, 'noticed')) ? now : next
}

/** As {@link nextNoticeAt}, of a message that nobody has been told of yet. */
export async function firstNoticeAt(tx: Tx, recipient: string, now: Instant): Promise<Instant> {
  return afterNotices((await noticesSentTo(tx, [recipient], now)).get(recipient), now)
}

const afterNotices = (sent: readonly Instant[] = [], now: Instant): Instant =>
  sent.length === 0 ? now : Math.max(now, sent[0]! + pauseAfter(sent.length))

/** How long a recipient is left in peace after so many notices within an hour. */
export const pauseAfter = (notices: number): number => Math.min(FIRST_PAUSE * 4 ** (notices - 1), LONGEST_PAUSE)

const EVIDENCE: Partial<Record<LetterState, { stage: ReceiptStage | null; action: Action }>> = {
  sent: { stage: 'noticed', action: 'notice.sent' },
  deferred: { stage: 'notice_deferred', action: 'notice.deferred' },
  bounced: { stage: 'notice_bounced', action: 'notice.bounced' },
  failed: { stage: null, action: 'notice.failed' },
  cancelled: { stage: null, action: 'notice.cancelled' },
}

/** What became of a letter. */
interface Settled {
  letter: Letter
  state: LetterState
  because?: string | undefined
}

/** Receipts and trail entries for what became of notices or of what follows them, in the transaction that settles them. Other letters leave none. */
export async function noteNotices(tx: Tx, letters: readonly Settled[], at: Instant): Promise<void> {
  const told = letters.flatMap(({ letter, state, because }) => {
    const evidence = EVIDENCE[state]
    if (!tellsOfMessage(letter.kind) || letter.message === null || evidence === undefined) return []
    const { stage, action } = evidence
    const receipt = stage && { id: newId('evt', at), message: letter.message, stage, at, attachment: null }
    return [{ letter, object: letter.message, action, receipt, because }]
  })
  const fresh = await tx.receipts.addEachOnce(told.flatMap(({ receipt }) => receipt ?? []))
  for (const { letter, object, action, receipt, because } of told) {
    // A mail server that is away for days is one fact, not forty.
    if (action === 'notice.deferred' && receipt !== null && !fresh.has(receipt.id)) continue
    await record(tx, at, {
      ...{ organization: letter.organization, actor: PORTAL_ACTOR, action, object },
      detail: {
        ...{ letter: letter.id, attempt: letter.attempts },
        ...(letter.kind !== 'notice' && { kind: letter.kind }),
        ...(because !== undefined && { because }),
      },
    })
  }
}
