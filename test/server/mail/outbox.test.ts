import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nextAttemptAt } from '../../../server/delivery.ts'
import { whyTooLate } from '../../../server/delivery-plan.ts'
import { sendDueLetters } from '../../../server/delivery-round.ts'
import type { Mail } from '../../../server/mailer.ts'
import { days, hours, minutes } from '../../../server/time.ts'
import { PORTAL_ACTOR, record } from '../../../server/trail/entry.ts'
import { type LetterWorld, letterWorld } from '../../support/waiting-letters.ts'

let world: LetterWorld
beforeEach(async () => {
  world = await letterWorld()
})
afterEach(() => world.remove())

test('a notice that is taken leaves one receipt and one trail entry, and is not sent again', async () => {
  const { message, letter } = await world.waiting()
  expect(await sendDueLetters(world.parts)).toBe(1)
  expect(await sendDueLetters(world.parts)).toBe(0)
  expect(world.handed).toHaveLength(1)
  expect(world.handed[0]).toMatchObject({
    to: 'ada@example.com',
    messageId: letter.messageIdHeader,
    returnPath: 'notices@portal.example',
  })
  expect(await world.stages(message)).toEqual(['noticed'])
  expect(await world.entries(message)).toEqual(['message.deposited', 'notice.sent'])
  expect(await world.stateOf(letter)).toMatchObject({ state: 'sent', attempts: 1, lastAnswer: '250 taken' })
})

test('a notice that bounces is given up, and the sender can see it', async () => {
  const { message, letter } = await world.waiting()
  world.fates.push('bounced')
  await sendDueLetters(world.parts)
  world.later(days(1))
  await sendDueLetters(world.parts)
  expect(world.handed).toHaveLength(1)
  expect(await world.stages(message)).toEqual(['notice_bounced'])
  expect(await world.entries(message)).toContain('notice.bounced')
  expect((await world.stateOf(letter)).state).toBe('bounced')
})

test('a deferred notice is tried again with the same Message-ID, and one receipt tells of all the tries', async () => {
  const { message, letter } = await world.waiting()
  world.fates.push('deferred', 'deferred')
  for (let round = 0; round < 3; round++) {
    await sendDueLetters(world.parts)
    world.later((await world.stateOf(letter)).nextAttemptAt - world.now())
  }
  expect(world.handed.map(mail => mail.messageId)).toEqual([
    letter.messageIdHeader,
    letter.messageIdHeader,
    letter.messageIdHeader,
  ])
  expect(await world.stages(message)).toEqual(['notice_deferred', 'noticed'])
  expect(await world.entries(message)).toEqual(['message.deposited', 'notice.deferred', 'notice.sent'])
})

test('a letter that is deferred for five days is given up', async () => {
  const { message, letter } = await world.waiting()
  world.fates.push(...Array<'deferred'>(200).fill('deferred'))
  while ((await world.stateOf(letter)).state !== 'failed') {
    await sendDueLetters(world.parts)
    world.later(hours(1))
  }
  const tries = world.handed.length
  expect(tries).toBeGreaterThan(20)
  expect(world.now() - letter.createdAt).toBeLessThan(days(5) + hours(6))
  expect((await world.entries(message)).at(-1)).toBe('notice.failed')
})

test('a letter that waited a week while the portal was off is still sent', async () => {
  const { message } = await world.waiting()
  world.later(days(7))
  await sendDueLetters(world.parts)
  expect(await world.stages(message)).toEqual(['noticed'])
})

test('the pauses between tries double from a minute to four hours, spread by a quarter, the same for the same letter', () => {
  for (const attempts of [1, 2, 3, 8, 9, 40]) {
    const plain = Math.min(minutes(1) * 2 ** (attempts - 1), hours(4))
    const delay = nextAttemptAt({ id: 'out_a', attempts }, 0)
    expect(delay).toBeGreaterThanOrEqual(plain * 0.75)
    expect(delay).toBeLessThanOrEqual(plain * 1.25)
    expect(nextAttemptAt({ id: 'out_a', attempts }, 0)).toBe(delay)
  }
  expect(nextAttemptAt({ id: 'out_a', attempts: 5 }, 0)).not.toBe(nextAttemptAt({ id: 'out_b', attempts: 5 }, 0))
})

test('a code that is older than ten minutes is not sent any more', async () => {
  const values = { code: '123456', reference: 'K7-42', minutes: '10', organization: '', phone: '' }
  const letter = await world.letter('code', { message: null, to: 'ada@example.com', language: 'en', values })
  world.later(minutes(10))
  await sendDueLetters(world.parts)
  expect(world.handed).toEqual([])
  expect((await world.stateOf(letter)).state).toBe('cancelled')
  expect(whyTooLate({ kind: 'code', createdAt: 0, attempts: 1 }, minutes(10) - 1)).toBe(null)
})

test('letters about an account leave no receipt and no entry about a message', async () => {
  const values = { code: '123456', reference: 'K7-42', minutes: '10', organization: '', phone: '' }
  await world.letter('code', { message: null, to: 'ada@example.com', language: 'en', values })
  expect(await sendDueLetters(world.parts)).toBe(1)
  const head = await world.store.read(tx => tx.trail.head())
  expect(head.size).toBe(0)
})

test('a message that was taken back between deposit and hand-off is not announced', async () => {
  const { message, letter } = await world.waiting()
  await retract(message)
  await sendDueLetters(world.parts)
  expect(world.handed).toEqual([])
  expect((await world.stateOf(letter)).state).toBe('cancelled')
  expect(await world.entries(message)).toEqual(['message.deposited', 'message.retracted', 'notice.cancelled'])
  expect(await world.stages(message)).toEqual([])
})

test('a retraction cancels what is unsent, and the outbox does not send it', async () => {
  const { message } = await world.waiting()
  await world.store.transaction(tx => tx.outbox.cancelForMessages([message], world.now(), []))
  expect(await sendDueLetters(world.parts)).toBe(0)
  expect(world.handed).toEqual([])
})

test('a notice that was on its way when it was cancelled stays cancelled, and the evidence that it left is kept', async () => {
  const { message, letter } = await world.waiting()
  world.fates.push(async () => {
    await world.store.transaction(tx => tx.outbox.cancelForMessages([message], world.now(), []))
  })
  await sendDueLetters(world.parts)
  expect((await world.stateOf(letter)).state).toBe('cancelled')
  expect(await world.stages(message)).toEqual(['noticed'])
  expect(await world.entries(message)).toContain('notice.sent')
})

test('a worker that dies between hand-off and note makes one duplicate, with the same Message-ID, and nothing twice in the books', async () => {
  const { message, letter } = await world.waiting()
  // The worker that dies: it has claimed and handed off, and never comes back.
  const dead = world.now() + minutes(2)
  const [claimed] = await world.store.transaction(tx => tx.outbox.claim(world.now(), dead, 20))
  expect(claimed!.id).toBe(letter.id)

  world.later(minutes(2) - 1)
  expect(await sendDueLetters(world.parts)).toBe(0) // its lease still runs
  world.later(1)
  expect(await sendDueLetters(world.parts)).toBe(1)
  expect(world.handed.map(mail => mail.messageId)).toEqual([letter.messageIdHeader])

  // It was only asleep, and notes what it did: the claim is lost, the books stay as they are.
  const late = { id: letter.id, state: 'sent' as const, at: world.now(), answer: '250' }
  expect(await world.store.transaction(tx => tx.outbox.settle(dead, [late]))).toEqual(new Set())
  expect(await world.stages(message)).toEqual(['noticed'])
  expect(await world.entries(message)).toEqual(['message.deposited', 'notice.sent'])
})

test('a worker that is held up gives back what it could not hand off in time, before its lease is over', async () => {
  for (const name of ['ada', 'ben', 'cy']) await world.waiting(`${name}@example.com`)
  const one = { ...world.parts, mailer: { ...world.parts.mailer, send: heldUp } }
  async function heldUp(mail: Mail) {
    world.later(minutes(1))
    return await world.parts.mailer.send(mail)
  }
  await sendDueLetters(one)
  expect(world.handed).toHaveLength(1)
  await sendDueLetters(world.parts)
  expect(world.handed).toHaveLength(3)
  expect(new Set(world.handed.map(mail => mail.messageId)).size).toBe(3)
})

test('two workers at the same time hand off each letter once', async () => {
  for (const name of ['ada', 'ben', 'cy', 'dee', 'eve', 'flo']) await world.waiting(`${name}@example.com`)
  await Promise.all([sendDueLetters(world.parts), sendDueLetters(world.parts)])
  expect(world.handed).toHaveLength(6)
})

test('a letter that cannot be written is given up, and the next one leaves', async () => {
  const values = { link: 'https://elsewhere.example/x', organization: '', until: '2026-01-02T00:00:00Z', timeZone: 'UTC' }
  const broken = await world.letter('invitation', { message: null, to: 'cole@example.com', language: 'en', values })
  await world.waiting()
  await sendDueLetters(world.parts)
  expect((await world.stateOf(broken)).state).toBe('failed')
  expect(world.handed.map(mail => mail.to)).toEqual(['ada@example.com'])
})

test('a letter whose sealed content was tampered with is given up, and the next one leaves', async () => {
  const { letter, message } = await world.waiting('ada@example.com')
  await world.waiting('ben@example.com')
  tamper("update sealed_parts set sealed = zeroblob(length(sealed)) where part = 'content' and owner = ?", letter.id)
  await sendDueLetters(world.parts)
  expect(world.handed.map(mail => mail.to)).toEqual(['ben@example.com'])
  expect((await world.stateOf(letter)).state).toBe('failed')
  expect((await world.entries(message)).at(-1)).toBe('notice.failed')
})

test('a message that was tampered with is not announced, and others to the same person are', async () => {
  const { letter, message } = await world.waiting()
  const other = await world.waiting()
  tamper('update messages set expires_at = expires_at + 1 where id = ?', message)
  await sendDueLetters(world.parts)
  expect((await world.stateOf(letter)).state).toBe('failed')
  expect((await world.stateOf(other.letter)).state).toBe('sent')
  expect(world.handed).toHaveLength(1)
})

test('a mailer that throws loses nothing: the letter is tried again after its lease', async () => {
  const { message } = await world.waiting()
  world.fates.push(async () => {
    throw new Error('out of memory')
  })
  expect(await sendDueLetters(world.parts)).toBe(0)
  world.later(minutes(2))
  await sendDueLetters(world.parts)
  expect(await world.stages(message)).toEqual(['noticed'])
})

test('what waits in the outbox survives a restart', async () => {
  const { message } = await world.waiting()
  world.parts.store = await world.storage.reopen()
  expect(await sendDueLetters(world.parts)).toBe(1)
  const stages = await world.parts.store.read(async tx => (await tx.receipts.ofMessages([message])).map(({ stage }) => stage))
  expect(stages).toEqual(['noticed'])
})

/** As somebody would who has the file but not the keys. */
function tamper(statement: string, id: string): void {
  const database = new Database(world.storage.file)
  expect(database.prepare(statement).run(id).changes).toBe(1)
  database.close()
}

type Tx = Parameters<Parameters<LetterWorld['store']['transaction']>[0]>[0]

const note = (tx: Tx, message: string, action: 'message.retracted' | 'message.opened' | 'message.extended', revision: number) =>
  record(tx, world.now(), { organization: world.organization, actor: PORTAL_ACTOR, action, object: message, revision })

const retract = (message: string) =>
  world.store.transaction(async tx => {
    const retracted = await tx.messages.transition(message, ['waiting'], 'retracted', { at: world.now() })
    await note(tx, message, 'message.retracted', retracted!.revision)
  })
