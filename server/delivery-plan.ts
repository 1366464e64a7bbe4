import { isPortalError } from './errors.ts'
import type { Message } from './message.ts'
import { nextNoticeAt, noticesSentTo, type SentNotices, whyNoNotice, whyNotToRead } from './notice.ts'
import { isNudge, type Letter, type Nudge, tellsOfMessage } from './outbox.ts'
import { whyNoNudge } from './reminder.ts'
import { addressCodeLetter } from './sign-in/code-letter.ts'
import type { Tx } from './store.ts'
import { days, type Instant, minutes, toIso } from './time.ts'

/** As long as a code works; a later one would only confuse. */
const CODE_LIFETIME = minutes(10)
const GIVE_UP_AFTER = days(5)

/** What becomes of each letter of a mailing: letters that leave as one mail, oldest first. */
export interface Plan {
  send: Letter[]
  drop: { letter: Letter; end: UnsentEnd }[]
  wait: { letter: Letter; until: Instant }[]
}

export interface UnsentEnd {
  state: 'cancelled' | 'failed'
  because: string
}

/** What mailings that are looked at together have asked for at once. */
interface Known {
  /** By id; `tampered` where one does not verify. */
  messages: Map<string, Message | 'tampered'>
  sent: SentNotices
}

/** The last look before the hand-off, at all of these mailings together: between deposit and hand-off a message can be read, taken back or run out. */
export async function planMailings(tx: Tx, mailings: readonly Letter[][], now: Instant): Promise<Plan[]> {
  const messages = await messagesOf(tx, mailings.flat())
  const recipients = [...messages.values()].filter(message => message !== 'tampered').map(({ recipient }) => recipient)
  const known: Known = { messages, sent: await noticesSentTo(tx, [...new Set(recipients)], now) }
  const plans: Plan[] = []
  for (const mailing of mailings) plans.push(await planFor(tx, mailing, known, now))
  return plans
}

async function planFor(tx: Tx, mailing: Letter[], known: Known, now: Instant): Promise<Plan> {
  const plan: Plan = { send: [], drop: [], wait: [] }
  for (const letter of mailing) {
    const end = whyTooLate(letter, now)
    if (end !== null) plan.drop.push({ letter, end })
    else if (letter.kind === 'notice') await planNotice(tx, letter, plan, known, now)
    else if (letter.kind === 'more_time_given') await planMoreTime(letter, plan, known, now)
    else if (isNudge(letter.kind)) await planNudge(tx, letter, letter.kind, plan, known, now)
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
): UnsentEnd | null {
  if (kind === 'code' && createdAt + CODE_LIFETIME <= now) return { state: 'cancelled', because: 'code_expired' }
  if (attempts > 1 && createdAt + GIVE_UP_AFTER <= now) return { state: 'failed', because: 'given_up' }
  return null
}

async function planCode(tx: Tx, letter: Letter, plan: Plan): Promise<void> {
  const addressed = await addressCodeLetter(tx, letter)
  if (addressed === null) plan.drop.push({ letter, end: { state: 'cancelled', because: 'to_nobody' } })
  else plan.send.push(addressed)
}

async function planNotice(tx: Tx, letter: Letter, plan: Plan, known: Known, now: Instant): Promise<void> {
  const message = await messageToTellOf(letter, plan, known, message => whyNoNotice(message, now))
  if (message === null) return
  const until = await nextNoticeAt(tx, message, known.sent, now)
  const current = asOfNow(letter, message)
  if (until > now) plan.wait.push({ letter: current, until })
  else plan.send.push(current)
}

async function planMoreTime(letter: Letter, plan: Plan, known: Known, now: Instant): Promise<void> {
  const message = await messageToTellOf(letter, plan, known, message => whyNotToRead(message, now))
  if (message !== null) plan.send.push(asOfNow(letter, message))
}

async function planNudge(tx: Tx, letter: Letter, kind: Nudge, plan: Plan, known: Known, now: Instant): Promise<void> {
  const why = async (message: Message) => whyNoNudge(kind, message, await tx.recipients.find(message.recipient), now)
  if ((await messageToTellOf(letter, plan, known, why)) !== null) plan.send.push(letter)
}

/** The message a letter tells of; null, and the letter dropped, when there is nothing (any more) to be told. */
async function messageToTellOf(
  letter: Letter,
  plan: Plan,
  { messages }: Known,
  whyNot: (message: Message) => string | null | Promise<string | null>,
): Promise<Message | null> {
  const drop = (state: UnsentEnd['state'], because: string) => {
    plan.drop.push({ letter, end: { state, because } })
    return null
  }
  const message = letter.message === null ? undefined : messages.get(letter.message)
  // Those that would leave with it are not kept waiting for it.
  if (message === 'tampered') return drop('failed', 'message_tampered')
  if (message === undefined) return drop('cancelled', 'message_missing')
  const because = await whyNot(message)
  return because === null ? message : drop('cancelled', because)
}

/** The expiry may have been changed since the letter was asked for. */
const asOfNow = (letter: Letter, { expiresAt }: Message): Letter => ({
  ...letter,
  content: { ...letter.content, values: { ...letter.content.values, until: toIso(expiresAt) } },
})

/** All at once; one by one where there is one that does not verify. */
async function messagesOf(tx: Tx, letters: readonly Letter[]): Promise<Known['messages']> {
  const ids = letters.flatMap(({ kind, message }) => (tellsOfMessage(kind) && message !== null ? [message] : []))
  const messages: Known['messages'] = new Map()
  const found = await unlessTampered(() => tx.messages.findMany([...new Set(ids)]))
  if (found !== 'tampered') for (const message of found) messages.set(message.id, message)
  else
    for (const id of ids) {
      const message = await unlessTampered(() => tx.messages.find(id))
      if (message !== null) messages.set(id, message)
    }
  return messages
}

async function unlessTampered<T>(look: () => Promise<T>): Promise<T | 'tampered'> {
  try {
    return await look()
  } catch (error) {
    if (isPortalError(error) && error.code === 'tampered') return 'tampered'
    throw error
  }
}
