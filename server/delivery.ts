import { createHash } from 'node:crypto'
import type { DeliveryNotes } from './delivery-notes.ts'
import type { Plan } from './delivery-plan.ts'
import { writeLetter } from './letters/write.ts'
import type { Mail } from './mailer.ts'
import type { Letter } from './outbox.ts'
import type { Parts } from './parts.ts'
import { hours, type Instant, minutes } from './time.ts'

/** What became of a mail that has been noted. */
export interface Delivered {
  /** How many letters were settled. */
  settled: number
  /** False when the mail server was of no use. */
  wentWell: boolean
}

/**
 * Does what was planned for one mailing. Resolves as soon as the mail has been handed over, with what will be there once that is noted.
 *
 * @param until - after this nothing is handed over any more: the hand-off must end before the lease does.
 */
export async function deliver(
  parts: Parts,
  { send, drop, wait }: Plan,
  notes: DeliveryNotes,
  until: Instant,
): Promise<{ noted: Promise<Delivered> }> {
  const unsent = [
    ...drop.map(({ letter, end: { state, because } }) => ({ letter, end: { state, answer: because, because } })),
    ...wait.map(({ letter, until }) => ({ letter, end: { backUntil: until } })),
  ]
  const [first] = send
  const delivered = (settled: number, wentWell: boolean) => () => ({ settled, wentWell })
  if (first === undefined) return { noted: notes.add(unsent).then(delivered(drop.length, true)) }
  if (parts.clock() >= until) {
    const back = send.map(letter => ({ letter, end: { backUntil: parts.clock() } }))
    return { noted: notes.add([...unsent, ...back]).then(delivered(drop.length, false)) }
  }
  const { outcome, answer } = await handOver(parts, first, send.slice(1))
  const next = outcome === 'deferred' ? { nextAttemptAt: nextAttemptAt(first, parts.clock()) } : {}
  const sent = send.map(letter => ({ letter, end: { state: outcome, answer, ...next } }))
  const wentWell = outcome === 'sent' || outcome === 'bounced'
  const noted = notes.add([...unsent, ...sent]).then(() => {
    parts.log.info('outbox.letter', { letter: first.id, kind: first.kind, together: send.length, outcome })
    return { settled: drop.length + send.length, wentWell }
  })
  return { noted }
}

async function handOver(parts: Parts, first: Letter, rest: Letter[]) {
  const mail = written(parts, first, rest)
  return mail === null ? { outcome: 'failed' as const, answer: 'could not be written' } : parts.mailer.send(mail)
}

/** Null when it cannot be written, which no later try will change. */
function written(parts: Parts, first: Letter, rest: Letter[]): Mail | null {
  try {
    return writeLetter(first, rest, parts.settings)
  } catch (error) {
    parts.log.error('outbox.letter_unwritable', error, { letter: first.id, kind: first.kind })
    return null
  }
}

/**
 * When to try again after the n-th try: a minute, doubled each time, at most four hours; spread by the letter's id, so that a queue
 * that was held up together does not come back together.
 */
export function nextAttemptAt(letter: Pick<Letter, 'id' | 'attempts'>, now: Instant): Instant {
  const delay = Math.min(minutes(1) * 2 ** Math.min(letter.attempts - 1, 16), hours(4))
  const spread = createHash('sha256').update(`${letter.id}:${letter.attempts}`).digest().readUInt16BE(0) / 0xffff
  return now + Math.round(delay * (0.75 + spread / 2))
}
