import { afterEach, beforeEach, expect, test } from 'vitest'
import { sendDueLetters } from '../../../server/delivery-round.ts'
import { pauseAfter, whyNoNotice } from '../../../server/notice.ts'
import { minutes, seconds } from '../../../server/time.ts'
import { PORTAL_ACTOR, record } from '../../../server/trail/entry.ts'
import { type LetterWorld, letterWorld } from '../../support/waiting-letters.ts'

let world: LetterWorld
beforeEach(async () => {
  world = await letterWorld()
})
afterEach(() => world.remove())

const UNWANTED = [
  { state: 'opened', expiresAt: 10, hiddenAt: null, because: 'opened' },
  { state: 'retracted', expiresAt: 10, hiddenAt: null, because: 'retracted' },
  { state: 'expired', expiresAt: 10, hiddenAt: null, because: 'expired' },
  { state: 'disposed', expiresAt: 10, hiddenAt: null, because: 'disposed' },
  { state: 'waiting', expiresAt: 5, hiddenAt: null, because: 'expired' },
  { state: 'waiting', expiresAt: 10, hiddenAt: 4, because: 'not_for_me' },
  { state: 'waiting', expiresAt: 6, hiddenAt: null, because: null },
] as const

test.each(UNWANTED)('at the last moment: $state, readable until $expiresAt, hidden $hiddenAt, asked at 5: $because', row => {
  expect(whyNoNotice(row, 5)).toBe(row.because)
})

test('a hundred messages to one person at once make two mails, and every message has its true receipt', async () => {
  const first = await world.waiting()
  await sendDueLetters(world.parts)
  const burst = []
  for (let count = 0; count < 99; count++) burst.push(await world.waiting())
  await sendDueLetters(world.parts)
  expect(world.handed).toHaveLength(1)
  expect(await world.stages(burst[0]!.message)).toEqual([])

  world.later(seconds(10))
  await sendDueLetters(world.parts)
  expect(world.handed).toHaveLength(2)
  expect(world.handed[1]!.subject).toBe('You have 99 new messages from North Clinic')
  for (const { message } of [first, ...burst]) expect(await world.stages(message)).toEqual(['noticed'])
})

test('one person’s burst keeps nobody else waiting', async () => {
  for (let count = 0; count < 30; count++) await world.waiting('ada@example.com')
  await world.waiting('ben@example.com')
  await sendDueLetters(world.parts)
  expect(world.handed.map(mail => mail.to).sort()).toEqual(['ada@example.com', 'ben@example.com'])
})

test('a notice that waited out a pause does not count it as a try', async () => {
  await world.waiting()
  await sendDueLetters(world.parts)
  const { letter } = await world.waiting()
  await sendDueLetters(world.parts)
  expect(await world.stateOf(letter)).toMatchObject({ state: 'queued', attempts: 0 })
})

test('a message that is read while its notice waits needs none', async () => {
  await world.waiting()
  await sendDueLetters(world.parts)
  const second = await world.waiting()
  await sendDueLetters(world.parts)
  await world.store.transaction(async tx => {
    const opened = await tx.messages.transition(second.message, ['waiting'], 'opened', { at: world.now() })
    await note(tx, second.message, 'message.opened', opened!.revision)
  })
  world.later(minutes(1))
  await sendDueLetters(world.parts)
  expect(world.handed).toHaveLength(1)
  expect((await world.stateOf(second.letter)).state).toBe('cancelled')
})

test('a notice that is asked for again by hand is not held back, and is still about one message', async () => {
  const waiting = await world.waiting()
  await sendDueLetters(world.parts)
  await world.notice(waiting)
  await world.notice(waiting)
  await sendDueLetters(world.parts)
  expect(world.handed).toHaveLength(2)
  expect(world.handed[1]!.subject).toBe('You have a new message from North Clinic')
  expect(await world.stages(waiting.message)).toEqual(['noticed'])
})

test('the pauses for one person grow from ten seconds to ten minutes', () => {
  expect([1, 2, 3, 4, 5, 50].map(pauseAfter)).toEqual([10, 40, 160, 600, 600, 600].map(seconds))
})

test('the notice names the expiry that holds when it leaves', async () => {
  const { message } = await world.waiting('ada@example.com', { expiresAt: Date.UTC(2026, 1, 1, 17) })
  await world.store.transaction(async tx => {
    const extended = await tx.messages.extend(message, ['waiting'], 'waiting', Date.UTC(2026, 2, 2, 17))
    await note(tx, message, 'message.extended', extended!.revision)
  })
  await sendDueLetters(world.parts)
  expect(world.handed[0]!.text).toContain('Monday, March 2, 2026 at 12:00 PM Eastern Time')
})

type Tx = Parameters<Parameters<LetterWorld['store']['transaction']>[0]>[0]

const note = (tx: Tx, message: string, action: 'message.opened' | 'message.extended', revision: number) =>
  record(tx, world.now(), { organization: world.organization, actor: PORTAL_ACTOR, action, object: message, revision })
