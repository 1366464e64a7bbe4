import { isPortalError } from './errors.ts'
import { newLetter } from './letters/letter.ts'
import type { Mark, MarkName } from './mark.ts'
import type { Message } from './message.ts'
import { whyNoNotice, whyNotToRead } from './notice.ts'
import type { Nudge } from './outbox.ts'
import type { Parts } from './parts.ts'
import type { Recipient } from './recipient.ts'
import type { Tx } from './store.ts'
import { days, type Instant, toIso } from './time.ts'
import { PORTAL_ACTOR, record } from './trail/entry.ts'

/** How long a message waits unopened until its recipient is reminded: hours on the clock of the world, whatever clocks on walls do. */
const REMIND_AFTER = days(3)
/** How long before its expiry a recipient is warned, of read messages too: they may want to keep a copy. */
const WARN_BEFORE = days(3)
/** A message that has just come needs no warning: its notice says until when it can be read. */
const OLD_ENOUGH = days(1)
/** What comes due within a day after a letter was counted in it. */
const BURST = days(1)
/** Nobody who has just been warned is reminded, too. */
const PEACE = days(2)
/** Messages looked at in one transaction. */
const BATCH = 50

/** Why such a letter must not leave (any more), in one word; null when it may. Asked when it is due, and at the last moment again. */
export function whyNoNudge(
  kind: Nudge,
  message: Pick<Message, 'state' | 'expiresAt' | 'hiddenAt'>,
  recipient: Pick<Recipient, 'wantsReminders'> | null,
  now: Instant,
): string | null {
  if (recipient === null || !recipient.wantsReminders) return 'not_wanted'
  if (kind === 'reminder') return whyNoNotice(message, now)
  if (message.expiresAt > now + WARN_BEFORE + BURST) return 'extended'
  // What was opened is worth a warning as well.
  return whyNotToRead(message, now)
}

/** How each kind of letter finds its messages: behind a mark, up to a moment, each looked at once. */
const ROUNDS: Record<Nudge, { mark: MarkName; until: (now: Instant) => Instant; due: Due; among: Among }> = {
  reminder: {
    mark: 'reminded',
    until: now => now - REMIND_AFTER,
    due: (tx, after, until) => tx.messages.waitingSince(after, until, BATCH),
    among: () => true,
  },
  expiry_warning: {
    mark: 'warned',
    until: now => now + WARN_BEFORE,
    due: (tx, after, until) => tx.messages.expiringSince(after, until, BATCH),
    among: ({ expiresAt, createdAt }, now) => expiresAt <= now + WARN_BEFORE + BURST && createdAt <= now - OLD_ENOUGH,
  },
}
type Due = (tx: Tx, after: Mark, until: Instant) => Promise<Mark[]>
/** Which other messages of a person are counted in their letter. */
type Among = (message: Message, now: Instant) => boolean

/**
 * Asks for letters to those whose messages have waited for three days, or can be read for three days more: once for each message, and
 * once for a burst, for a letter counts all that are due within a day.
 *
 * @returns how many letters that were.
 */
export async function remindDue(parts: Pick<Parts, 'store' | 'clock' | 'settings' | 'wakeOutbox' | 'log'>): Promise<number> {
  let asked = 0
  for (const kind of ['expiry_warning', 'reminder'] as const)
    for (let more = true; more; ) {
      const round = await parts.store.transaction(tx => oneRound(tx, kind, parts), { givesWay: true })
      asked += round.asked
      more = round.looked === BATCH
    }
  if (asked > 0) parts.wakeOutbox()
  return asked
}

async function oneRound(tx: Tx, kind: Nudge, parts: Pick<Parts, 'clock' | 'settings' | 'log'>) {
  const now = parts.clock()
  const { mark, until, due } = ROUNDS[kind]
  const reached = await tx.marks.find(mark)
  // A clock that ran ahead has carried the mark with it; what was looked at then has its letter, and gets no second.
  const after = reached.at > until(now) ? { at: until(now), id: '' } : reached
  const found = await due(tx, after, until(now))
  let asked = 0
  for (const { id } of found) if (await nudgeUnlessTampered(tx, kind, id, now, parts)) asked++
  const last = found.at(-1)
  if (last) await tx.marks.put(mark, last)
  return { asked, looked: found.length }
}

/** One that does not verify, itself or another of its mailbox, keeps nobody else from being reminded. Nothing is written before all is read. */
async function nudgeUnlessTampered(tx: Tx, kind: Nudge, id: string, now: Instant, parts: Pick<Parts, 'settings' | 'log'>) {
  try {
    return await nudge(tx, kind, id, now, parts.settings)
  } catch (error) {
    if (!isPortalError(error) || error.code !== 'tampered') throw error
    parts.log.error('reminder.tampered', error, { message: id })
    return false
  }
}

async function nudge(tx: Tx, kind: Nudge, id: string, now: Instant, settings: Parts['settings']): Promise<boolean> {
  const message = await tx.messages.find(id)
  if (message === null || message.direction === 'reply' || !ROUNDS[kind].among(message, now)) return false
  const recipient = await tx.recipients.find(message.recipient)
  if (recipient === null || whyNoNudge(kind, message, recipient, now) !== null) return false
  if ((await isCovered(tx, kind, message, now)) || (await hasLetter(tx, kind, message))) return false
  const [organization, locator] = await Promise.all([tx.organizations.find(message.organization), tx.messages.locator(message)])
  if (organization === null || locator === null) return false
  const counted = await alsoDue(tx, kind, message, recipient, now)
  const letter = newLetter(
    kind,
    {
      ...{ organization: organization.id, message: id, recipient: recipient.id },
      ...{ to: recipient.address, language: recipient.language },
      values: {
        locator,
        count: String(counted.length),
        organization: organization.namedInNotices ? organization.name : '',
        phone: organization.phone,
        until: toIso(Math.min(...counted.map(({ expiresAt }) => expiresAt))),
        timeZone: recipient.timeZone ?? organization.timeZone,
      },
    },
    now,
    settings,
  )
  await tx.outbox.add(letter)
  const about = { organization: organization.id, actor: PORTAL_ACTOR, object: id }
  await record(tx, now, { ...about, action: 'notice.queued', detail: { letter: letter.id, kind } })
  return true
}

/** Whether a letter to this person has just counted this message, or says enough. */
async function isCovered(tx: Tx, kind: Nudge, { recipient }: Message, now: Instant): Promise<boolean> {
  const [warned, same] = await Promise.all([
    tx.outbox.lastNudge(recipient, 'expiry_warning'),
    tx.outbox.lastNudge(recipient, kind),
  ])
  return (same !== null && same > now - BURST) || (kind === 'reminder' && warned !== null && warned > now - PEACE)
}

/** Once for each message; once more only where its expiry was moved since. */
async function hasLetter(tx: Tx, kind: Nudge, { id, expiresAt }: Message): Promise<boolean> {
  const letters = (await tx.outbox.ofMessages([id])).filter(letter => letter.kind === kind && letter.state !== 'cancelled')
  return letters.some(({ createdAt }) => kind === 'reminder' || createdAt > expiresAt - WARN_BEFORE - BURST)
}

/** More than a letter could count, and a mailbox of any length is looked at no further. */
const MOST_COUNTED = 100

/** What a letter counts: this message, and the person's others of which the same is to be said. */
async function alsoDue(tx: Tx, kind: Nudge, message: Message, recipient: Recipient, now: Instant): Promise<Message[]> {
  const newest = await tx.messages.listForRecipient(recipient.id, { limit: MOST_COUNTED })
  const others = newest.filter(({ id, direction }) => id !== message.id && direction === 'to_recipient')
  return [message, ...others.filter(each => ROUNDS[kind].among(each, now) && whyNoNudge(kind, each, recipient, now) === null)]
}
