import { createHash } from 'node:crypto'
import { isPortalError } from './errors.ts'
import { writeLetter } from './letters/write.ts'
import type { Mail } from './mailer.ts'
import type { Message } from './message.ts'
import { nextNoticeAt, noteNotice, whyNoNotice, whyNotToRead } from './notice.ts'
import { isNudge, type Letter, type Nudge } from './outbox.ts'
import type { Parts } from './parts.ts'
import { whyNoNudge } from './reminder.ts'
import { addressCodeLetter } from './sign-in/code-letter.ts'
import type { Tx } from './store.ts'
import { days, hours, type Instant, minutes, toIso } from './time.ts'

/** How long a letter belongs to the worker that claimed it. Never renewed. A mailer takes a minute at most for one (mail/smtp.ts). */
export const LEASE = minutes(2)
/** As long as a code works; a later one would only confuse. */
const CODE_LIFETIME = minutes(10)
const GIVE_UP_AFTER = days(5)

export interface Claim {
  /** Until when the letters are ours. */
  lease: Instant
  /** After this nothing is handed over any more: the hand-off must end before the lease does. */
  until: Instant
}

export interface Outcome {
  settled: number
  /** False when the mail server was of no use, or the letter could not be handled. */
  wentWell: boolean
}

/** What becomes of each letter of a mailing. */
interface Plan {
  send: Letter[]
  drop: ({ letter: Letter } & Ending)[]
  wait: { letter: Letter; until: Instant }[]
}

interface Ending {
  state: 'cancelled' | 'failed'
  because: string
}

/**
 * One mailing, from the last look at its messages to the note of what became of it.
 *
 * @param mailing - letters that leave as one mail, oldest first: notices to one person, or any one letter.
 */
export async function deliver(parts: Parts, mailing: Letter[], claim: Claim): Promise<Outcome> {
  try {
    const plan = await parts.store.read(tx => planFor(tx, mailing, parts.clock()))
    await settleUnsent(parts, plan, claim)
    const [first, ...rest] = plan.send
    if (first === undefined) return { settled: plan.drop.length, wentWell: true }
    const wentWell = await handOver(parts, first, rest, claim)
    return { settled: plan.drop.length + plan.send.length, wentWell }
  } catch (error) {
    // Its lease runs out, and it is tried again.
    parts.log.error('outbox.delivery_failed', error, { letter: mailing[0]!.id, kind: mailing[0]!.kind })
    return { settled: 0, wentWell: false }
  }
}

async function planFor(tx: Tx, mailing: Letter[], now: Instant): Promise<Plan> {
  const plan: Plan = { send: [], drop: [], wait: [] }
  for (const letter of mailing) {
    const because = whyTooLate(letter, now)
    if (because !== null) plan.drop.push({ letter, ...because })
    else if (letter.kind === 'notice') await planNotice(tx, letter, plan, now)
    else if (letter.kind === 'more_time_given') await planMoreTime(tx, letter, plan, now)
    else if (isNudge(letter.kind)) await planNudge(tx, letter, letter.kind, plan, now)
    else if (letter.kind === 'code') await planCode(tx, letter, plan)
    else plan.send.push(letter)
  }
  if (plan.send.length === 0) return plan
  // A mail leaves anyway: it can stand for those that would have waited. Oldest first, so that every try is led by the same one.
  const leaving = new Map([...plan.send, ...plan.wait.map(({ letter }) => letter)].map(letter => [letter.id, letter]))
  const send = mailing.map(({ id }) => leaving.get(id)).filter(letter => letter !== undefined)
  return { ...plan, send, wait: [] }
}

/** Whether a letter's time is over; one that was never tried is tried once, however long the portal was away. */
export function whyTooLate(
  { kind, createdAt, attempts }: Pick<Letter, 'kind' | 'createdAt' | 'attempts'>,
  now: Instant,
): Ending | null {
  if (kind === 'code' && createdAt + CODE_LIFETIME <= now) return { state: 'cancelled', because: 'code_expired' }
  if (attempts > 1 && createdAt + GIVE_UP_AFTER <= now) return { state: 'failed', because: 'given_up' }
  return null
}

async function planCode(tx: Tx, letter: Letter, plan: Plan): Promise<void> {
  const addressed = await addressCodeLetter(tx, letter)
  if (addressed === null) plan.drop.push({ letter, state: 'cancelled', because: 'to_nobody' })
  else plan.send.push(addressed)
}

async function planNotice(tx: Tx, letter: Letter, plan: Plan, now: Instant): Promise<void> {
  const message = await messageToTellOf(tx, letter, plan, message => whyNoNotice(message, now))
  if (message === null) return
  const until = await nextNoticeAt(tx, message, now)
  const current = asOfNow(letter, message)
  if (until > now) plan.wait.push({ letter: current, until })
  else plan.send.push(current)
}

async function planMoreTime(tx: Tx, letter: Letter, plan: Plan, now: Instant): Promise<void> {
  const message = await messageToTellOf(tx, letter, plan, message => whyNotToRead(message, now))
  if (message !== null) plan.send.push(asOfNow(letter, message))
}

async function planNudge(tx: Tx, letter: Letter, kind: Nudge, plan: Plan, now: Instant): Promise<void> {
  const why = async (message: Message) => whyNoNudge(kind, message, await tx.recipients.find(message.recipient), now)
  if ((await messageToTellOf(tx, letter, plan, why)) !== null) plan.send.push(letter)
}

/** The message a letter tells of; null, and the letter dropped, when there is nothing (any more) to be told. */
async function messageToTellOf(
  tx: Tx,
  letter: Letter,
  plan: Plan,
  whyNot: (message: Message) => string | null | Promise<string | null>,
): Promise<Message | null> {
  const drop = (state: Ending['state'], because: string) => {
    plan.drop.push({ letter, state, because })
    return null
  }
  const message = letter.message === null ? null : await messageOrTampered(tx, letter.message)
  // Those that would leave with it are not kept waiting for it.
  if (message === 'tampered') return drop('failed', 'message_tampered')
  if (message === null) return drop('cancelled', 'message_missing')
  const because = await whyNot(message)
  return because === null ? message : drop('cancelled', because)
}

/** The expiry may have been changed since the letter was asked for. */
const asOfNow = (letter: Letter, { expiresAt }: Message): Letter => ({
  ...letter,
  content: { ...letter.content, values: { ...letter.content.values, until: toIso(expiresAt) } },
})

async function messageOrTampered(tx: Tx, id: string): Promise<Message | 'tampered' | null> {
  try {
    return await tx.messages.find(id)
  } catch (error) {
    if (isPortalError(error) && error.code === 'tampered') return 'tampered'
    throw error
  }
}

async function settleUnsent(parts: Parts, { drop, wait }: Plan, { lease }: Claim): Promise<void> {
  if (drop.length === 0 && wait.length === 0) return
  await parts.store.transaction(
    async tx => {
      const at = parts.clock()
      for (const { letter, state, because } of drop) {
        if (!(await tx.outbox.settle(letter.id, lease, { state, at, answer: because }))) continue
        await noteNotice(tx, letter, state, at, because)
      }
      for (const { letter, until } of wait) await tx.outbox.putBack(letter.id, lease, until)
    },
    { givesWay: true },
  )
}

/** The hand-off and, in one transaction after it, what is known of it now. Says whether the mail server was of use. */
async function handOver(parts: Parts, first: Letter, rest: Letter[], { lease, until }: Claim): Promise<boolean> {
  const letters = [first, ...rest]
  if (parts.clock() >= until) {
    await parts.store.transaction(
      async tx => {
        for (const letter of letters) await tx.outbox.putBack(letter.id, lease, parts.clock())
      },
      { givesWay: true },
    )
    return false
  }
  const mail = written(parts, first, rest)
  const { outcome, answer } =
    mail === null ? { outcome: 'failed' as const, answer: 'could not be written' } : await parts.mailer.send(mail)
  await parts.store.transaction(
    async tx => {
      const at = parts.clock()
      for (const letter of letters) {
        const next = outcome === 'deferred' ? { nextAttemptAt: nextAttemptAt(first, at) } : {}
        const isOurs = await tx.outbox.settle(letter.id, lease, { state: outcome, at, answer, ...next })
        // Retracted while it was on its way: the letter stays cancelled, and the evidence that it left is kept.
        const hasLeft = outcome === 'sent' && !isOurs && (await tx.outbox.find(letter.id))?.state === 'cancelled'
        if (isOurs || hasLeft) await noteNotice(tx, letter, outcome, at)
      }
    },
    { givesWay: true },
  )
  parts.log.info('outbox.letter', { letter: first.id, kind: first.kind, together: letters.length, outcome })
  return outcome === 'sent' || outcome === 'bounced'
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
