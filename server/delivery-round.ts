import { type Delivered, deliver } from './delivery.ts'
import { Looks } from './delivery-looks.ts'
import { DeliveryNotes } from './delivery-notes.ts'
import type { Letter } from './outbox.ts'
import type { Parts } from './parts.ts'
import { type Instant, minutes, seconds } from './time.ts'

/** How long a letter belongs to the worker that claimed it. Never renewed. A mailer takes a minute at most for one (mail/smtp.ts). */
const LEASE = minutes(2)
/** Also how many messages to one person a single mail can stand for. */
const BATCH = 100
/** As many as mail/smtp.ts has connections: a mail that waits for one would be looked at too early. */
const HANDOFFS_AT_ONCE = 4
/** Mails that have been handed over, or are just being, and are not noted: a process that is killed sends so many twice at most. */
const UNNOTED_AT_MOST = 16
/** So that stopping the portal never waits for a long queue, and no lease is outlived; the next round goes on. */
const ROUND = seconds(10)

/**
 * Sends the letters that are due, at least once each, with the same Message-ID in every try: a crash between the mail server's 250
 * and our note of it makes one duplicate of each mail that was not noted, never a loss.
 *
 * @returns how many were sent, deferred, bounced, given up or cancelled.
 */
export async function sendDueLetters(parts: Parts): Promise<number> {
  const until = parts.clock() + ROUND
  let settled = 0
  for (let now = parts.clock(); now < until; now = parts.clock()) {
    const lease = now + LEASE
    const claimed = await parts.store.transaction(tx => tx.outbox.claim(now, lease, BATCH), { givesWay: true })
    const outcomes = await deliverAll(parts, mailings(claimed), { lease, until })
    for (const outcome of outcomes) settled += outcome.settled
    // When nothing gets through, the rest would only wait for the same time-outs: the next round will try them.
    if (claimed.length < BATCH || !outcomes.some(outcome => outcome.wentWell)) break
  }
  return settled
}

/** Hands over several at once, and notes what has become of them while the next are handed over. */
async function deliverAll(parts: Parts, mailings: Letter[][], claim: { lease: Instant; until: Instant }): Promise<Delivered[]> {
  // Its lease runs out, and it is tried again.
  const failed = (error: unknown, [first]: Letter[]): Delivered => {
    parts.log.error('outbox.delivery_failed', error, { letter: first!.id, kind: first!.kind })
    return { settled: 0, wentWell: false }
  }
  const outcomes: Promise<Delivered>[] = []
  const looks = new Looks(parts, mailings, (error, mailing) => outcomes.push(Promise.resolve(failed(error, mailing))))
  const notes = new DeliveryNotes(parts, claim.lease)
  const worker = async (): Promise<void> => {
    for (;;) {
      await notes.fewerThan(UNNOTED_AT_MOST - HANDOFFS_AT_ONCE + 1)
      const next = await looks.next()
      if (next === undefined) return
      const { mailing, plan } = next
      const delivered = deliver(parts, plan, notes, claim.until)
      outcomes.push(delivered.then(({ noted }) => noted).catch((error: unknown) => failed(error, mailing)))
      await delivered.catch(() => undefined) // told above
    }
  }
  await Promise.all(Array.from({ length: HANDOFFS_AT_ONCE }, worker))
  return Promise.all(outcomes)
}

/** What leaves as one mail: notices to the same person go together, oldest first; every other letter goes alone. */
function mailings(letters: Letter[]): Letter[][] {
  const together = new Map<string, Letter[]>()
  for (const letter of [...letters].sort(oldestFirst)) {
    const key = letter.kind === 'notice' ? JSON.stringify([letter.organization, letter.content.to]) : letter.id
    together.set(key, [...(together.get(key) ?? []), letter])
  }
  return [...together.values()]
}

const oldestFirst = (a: Letter, b: Letter): number => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)
