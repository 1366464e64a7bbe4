import { afterEach, beforeEach, expect, test } from 'vitest'
import { sendDueLetters } from '../../../server/delivery-round.ts'
import type { MessageState } from '../../../server/message.ts'
import { remindDue, whyNoNudge } from '../../../server/reminder.ts'
import { days, hours, minutes } from '../../../server/time.ts'
import { PORTAL_ACTOR, record } from '../../../server/trail/entry.ts'
import { type LetterWorld, letterWorld, type Waiting } from '../../support/waiting-letters.ts'

let world: LetterWorld
beforeEach(async () => {
  world = await letterWorld()
})
afterEach(() => world.remove())

/** The notice leaves; what follows is what is looked at. */
async function deposited(more: { expiresAt?: number } = {}, address = 'ada@example.com'): Promise<Waiting> {
  const waiting = await world.waiting(address, more)
  world.later(minutes(1))
  await sendDueLetters(world.parts)
  world.handed.length = 0
  return waiting
}

async function goesOn(by: number): Promise<string[]> {
  world.later(by)
  await remindDue(world.parts)
  await sendDueLetters(world.parts)
  return world.handed.splice(0).map(({ subject }) => subject)
}

async function change(message: string, to: MessageState | 'hidden', expiresAt?: number): Promise<void> {
  await world.store.transaction(async tx => {
    const at = world.now()
    const from: MessageState[] = ['waiting', 'opened']
    const changed =
      to === 'hidden'
        ? await tx.messages.hide(message, at)
        : expiresAt === undefined
          ? await tx.messages.transition(message, from, to, { at })
          : await tx.messages.extend(message, from, to, expiresAt)
    const entry = { organization: world.organization, actor: PORTAL_ACTOR, action: 'message.extended' as const, object: message }
    await record(tx, at, { ...entry, revision: changed!.revision })
  })
}

const prefers = ({ recipient }: Waiting, changes: object) =>
  world.store.transaction(tx => tx.recipients.prefer(recipient.id, changes))

const REMINDER = 'Your message from North Clinic is still here'
const WARNING = 'You can read a message from North Clinic for 3 more days'

test('a message that waits for three days is reminded of once, and warned of once before its time is over', async () => {
  const { message } = await deposited()
  expect(await goesOn(days(3) - minutes(2))).toEqual([])
  expect(await goesOn(minutes(1))).toEqual([REMINDER])
  expect(await goesOn(days(23))).toEqual([])
  expect(await goesOn(days(1))).toEqual([WARNING])
  expect(await goesOn(days(2))).toEqual([])
  expect(await world.entries(message)).toEqual([
    ...['message.deposited', 'notice.sent'],
    ...['notice.queued', 'notice.sent', 'notice.queued', 'notice.sent'],
  ])
})

test('one that was opened is not reminded of, but warned of', async () => {
  const { message } = await deposited()
  await change(message, 'opened')
  expect(await goesOn(days(4))).toEqual([])
  expect(await goesOn(days(23))).toEqual([WARNING])
})

test.each(['retracted', 'expired', 'hidden'] as const)('one that is %s meanwhile gets neither', async end => {
  const { message } = await deposited()
  await change(message, end)
  expect(await goesOn(days(4))).toEqual([])
  expect(await goesOn(days(24))).toEqual([])
})

test('who wants no reminders gets none, and those of others leave all the same', async () => {
  const ada = await deposited()
  await deposited({}, 'ben@example.com')
  await prefers(ada, { wantsReminders: false })
  world.later(days(4))
  await remindDue(world.parts)
  await sendDueLetters(world.parts)
  expect(world.handed.map(({ to }) => to)).toEqual(['ben@example.com'])
})

test('a burst makes one reminder, which counts what waits and tells the first moment', async () => {
  await deposited({ expiresAt: world.now() + days(30) })
  world.later(hours(5))
  await deposited({ expiresAt: world.now() + days(20) })
  world.later(hours(5))
  await deposited()
  world.later(days(3) - hours(10))
  await remindDue(world.parts)
  await sendDueLetters(world.parts)
  const mails = world.handed
  expect(mails.map(({ subject }) => subject)).toEqual(['3 messages from North Clinic are still here'])
  expect(mails[0]!.text).toContain('until Wednesday, January 21, 2026')
  mails.length = 0
  expect(await goesOn(hours(5))).toEqual([])
  expect(await goesOn(hours(6))).toEqual([])
})

test('an extension moves the warning, once more for the new moment', async () => {
  const { message } = await deposited({ expiresAt: world.now() + days(10) })
  await change(message, 'opened')
  expect(await goesOn(days(7))).toEqual([WARNING])
  await change(message, 'opened', world.now() + days(20))
  expect(await goesOn(days(5))).toEqual([])
  expect(await goesOn(days(12))).toEqual([WARNING])
})

test('a warning that could not be handed over is dropped when its message was extended meanwhile', async () => {
  const { message } = await deposited({ expiresAt: world.now() + days(10) })
  await change(message, 'opened')
  world.fates.push('deferred')
  await goesOn(days(7))
  await change(message, 'opened', world.now() + days(20))
  expect(await goesOn(hours(5))).toEqual([])
})

test('a message that can be read for a few days only is warned of by its notice alone', async () => {
  const { message } = await deposited({ expiresAt: world.now() + days(3) + hours(1) })
  expect(await goesOn(hours(2))).toEqual([])
  expect(await world.entries(message)).toEqual(['message.deposited', 'notice.sent'])
})

test('whoever was warned yesterday is not reminded today', async () => {
  await deposited({ expiresAt: world.now() + days(5) })
  expect(await goesOn(days(2))).toEqual([WARNING])
  expect(await goesOn(days(1))).toEqual([])
})

test('a reminder is in the person’s language and by their clock, and holds nothing of the message', async () => {
  const waiting = await deposited()
  await prefers(waiting, { language: 'es', timeZone: 'America/Los_Angeles' })
  world.later(days(3))
  await remindDue(world.parts)
  await sendDueLetters(world.parts)
  const [{ subject, text, html, messageId }] = world.handed as [(typeof world.handed)[number]]
  expect(subject).toBe('Su mensaje de North Clinic sigue aquí')
  expect(text).toMatch(/hora del Pacífico/)
  for (const held of ['Result', 'All is well', 'Cole', 'Ada', waiting.message])
    expect(`${subject}${text}${html}`).not.toContain(held)
  expect(messageId).toMatch(/^<[\w-]{43}@portal\.example>$/)
})

test('what two processes look at together is asked for once', async () => {
  await deposited()
  world.later(days(3))
  const asked = await Promise.all([remindDue(world.parts), remindDue(world.parts), remindDue(world.parts)])
  expect(asked.sort()).toEqual([0, 0, 1])
})

test('a portal that was away for a week reminds of what still waits, and of nothing twice', async () => {
  await deposited()
  await deposited({ expiresAt: world.now() + days(5) }, 'ben@example.com')
  expect(await goesOn(days(8))).toEqual([REMINDER])
  expect(await goesOn(minutes(5))).toEqual([])
})

test('more than one round’s worth is gone through, each person once', async () => {
  for (let person = 0; person < 60; person++) await world.waiting(`ada${person}@example.com`)
  world.later(days(3))
  expect(await remindDue(world.parts)).toBe(60)
  expect(await remindDue(world.parts)).toBe(0)
})

test('a clock that ran ahead for a while leads to no second letter, and to none that is missing', async () => {
  await deposited()
  expect(await goesOn(days(10))).toEqual([REMINDER])
  world.later(-days(10) + hours(1))
  await deposited({}, 'ben@example.com')
  expect(await goesOn(days(3))).toEqual([REMINDER])
})

test.each([
  ['reminder', { state: 'waiting', expiresAt: 100, hiddenAt: null }, true, null],
  ['reminder', { state: 'opened', expiresAt: 100, hiddenAt: null }, true, 'opened'],
  ['reminder', { state: 'waiting', expiresAt: 100, hiddenAt: null }, false, 'not_wanted'],
  ['reminder', { state: 'waiting', expiresAt: 5, hiddenAt: null }, true, 'expired'],
  ['expiry_warning', { state: 'waiting', expiresAt: 100, hiddenAt: null }, true, null],
  ['expiry_warning', { state: 'opened', expiresAt: 100, hiddenAt: null }, true, null],
  ['expiry_warning', { state: 'opened', expiresAt: 100, hiddenAt: 7 }, true, 'not_for_me'],
  ['expiry_warning', { state: 'opened', expiresAt: 10 + days(5), hiddenAt: null }, true, 'extended'],
  ['expiry_warning', { state: 'retracted', expiresAt: 100, hiddenAt: null }, true, 'retracted'],
  ['expiry_warning', { state: 'disposed', expiresAt: 100, hiddenAt: null }, true, 'disposed'],
] as const)('at the last moment, a %s about %j, wanted %s: %s', (kind, message, wantsReminders, because) => {
  expect(whyNoNudge(kind, message, { wantsReminders }, 10)).toBe(because)
  expect(whyNoNudge(kind, message, null, 10)).toBe('not_wanted')
})
