import { deliver, LEASE } from './delivery.ts'
import type { Letter } from './outbox.ts'
import type { Parts } from './parts.ts'
import { seconds } from './time.ts'

/** Also how many messages to one person a single mail can stand for. */
const BATCH = 100
const HANDOFFS_AT_ONCE = 4
/** So that stopping the portal never waits for a long queue, and no lease is outlived; the next round goes on. */
const ROUND = seconds(10)

/**
 * Sends the letters that are due, at least once each, with the same Message-ID in every try: a crash between the mail server's 250
 * and our note of it makes one duplicate, never a loss.
 *
 * @returns how many were sent, deferred, bounced, given up or cancelled.
 */
export async function sendDueLetters(parts: Parts): Promise<number> {
  const until = parts.clock() + ROUND
  let settled = 0
  for (let now = parts.clock(); now < until; now = parts.clock()) {
    const lease = now + LEASE
    const claimed = await parts.store.transaction(tx => tx.outbox.claim(now, lease, BATCH), { givesWay: true })
    const outcomes = await inTurns(mailings(claimed), HANDOFFS_AT_ONCE, mailing => deliver(parts, mailing, { lease, until }))
    for (const outcome of outcomes) settled += outcome.settled
    // When nothing gets through, the rest would only wait for the same time-outs: the next round will try them.
    if (claimed.length < BATCH || !outcomes.some(outcome => outcome.wentWell)) break
  }
  return settled
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

/** Does all the work, at most `atOnce` pieces of it at the same time. */
async function inTurns<T, R>(pieces: T[], atOnce: number, work: (piece: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const waiting = [...pieces]
  const worker = async (): Promise<void> => {
    for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) results.push(await work(piece))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
