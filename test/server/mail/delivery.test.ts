import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sendDueLetters } from '../../../server/delivery-round.ts'
import type { Parts } from '../../../server/parts.ts'
import type { Store, Tx } from '../../../server/store.ts'
import { minutes, seconds } from '../../../server/time.ts'
import { PORTAL_ACTOR, record } from '../../../server/trail/entry.ts'
import { type LetterWorld, letterWorld, type Waiting } from '../../support/waiting-letters.ts'

let world: LetterWorld
beforeEach(async () => {
  world = await letterWorld()
})
afterEach(() => world.remove())

/** As many people, each with a message that waits, the first for longest. */
async function people(count: number): Promise<Waiting[]> {
  const all: Waiting[] = []
  for (let number = 1; number <= count; number++) {
    all.push(await world.waiting(`patient${number}@example.com`))
    world.later(1)
  }
  return all
}

/** The portal with another way of writing. */
const writing = (transaction: Store['transaction']): Parts => ({
  ...world.parts,
  store: { ...world.parts.store, read: world.parts.store.read.bind(world.parts.store), transaction },
})

const sentAt = async (waiting: Waiting[]) =>
  (await Promise.all(waiting.map(({ letter }) => world.stateOf(letter)))).map(({ state }) => state)

test('many mails take few transactions and few looks, and each leaves its own receipt and entry', async () => {
  const waiting = await people(40)
  const read = vi.spyOn(world.parts.store, 'read')
  let transactions = 0
  const parts = writing((work, precedence) => {
    transactions++
    return world.store.transaction(work, precedence)
  })
  parts.store.read = world.parts.store.read
  expect(await sendDueLetters(parts)).toBe(40)
  expect(read.mock.calls.length).toBeLessThanOrEqual(3)
  expect(transactions).toBeLessThanOrEqual(20)
  for (const { message } of waiting) {
    expect(await world.stages(message)).toEqual(['noticed'])
    expect(await world.entries(message)).toEqual(['message.deposited', 'notice.sent'])
  }
})

test('where nothing can be noted, no more than sixteen mails are handed over: a process that is killed sends no more of them twice', async () => {
  const waiting = await people(40)
  const stuck = Promise.withResolvers<void>()
  let isClaimed = false
  const parts = writing(async (work, precedence) => {
    if (isClaimed) await stuck.promise
    isClaimed = true
    return world.store.transaction(work, precedence)
  })
  const round = sendDueLetters(parts)
  await vi.waitFor(() => expect(world.handed).toHaveLength(16))
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(world.handed).toHaveLength(16)
  stuck.resolve()
  await round
  expect(world.handed).toHaveLength(40)
  expect(new Set(await sentAt(waiting))).toEqual(new Set(['sent']))
})

test('a message that is taken back while the mails before its own are handed to a slow server is not announced', async () => {
  const waiting = await people(6)
  const last = waiting.at(-1)!
  for (let hand = 0; hand < 4; hand++)
    world.fates.push(async () => {
      world.later(seconds(1))
      await world.store.transaction(tx => tx.outbox.cancelForMessages([last.message], world.now(), []))
      await retract(last.message)
    })
  await sendDueLetters(world.parts)
  expect(world.handed.map(({ to }) => to)).not.toContain(last.recipient.address)
  expect(await sentAt(waiting)).toEqual(['sent', 'sent', 'sent', 'sent', 'sent', 'cancelled'])
})

test('behind a database that takes longer than a look counts, letters leave all the same', async () => {
  const waiting = await people(40)
  let looks = 0
  const parts = { ...world.parts, store: { ...world.store } }
  parts.store.read = work => {
    if (++looks > 10) throw new Error('It is looked at again and again.')
    world.later(seconds(1))
    return world.store.read(work)
  }
  expect(await sendDueLetters(parts)).toBe(40)
  expect(new Set(await sentAt(waiting))).toEqual(new Set(['sent']))
})

test('a letter of which nothing can be noted keeps no other, and is tried again', async () => {
  const waiting = await people(5)
  const broken = waiting[2]!.letter
  const refusing = (tx: Tx): Tx =>
    Object.create(tx, {
      outbox: {
        value: {
          ...tx.outbox,
          settle(...[lease, letters]: Parameters<Tx['outbox']['settle']>) {
            if (letters.some(({ id }) => id === broken.id)) throw new Error('This row is not what it was.')
            return tx.outbox.settle(lease, letters)
          },
        },
      },
    })
  const log = { ...world.parts.log, error: vi.fn() }
  const parts = { ...writing((work, precedence) => world.store.transaction(tx => work(refusing(tx)), precedence)), log }
  expect(await sendDueLetters(parts)).toBe(4)
  expect(await sentAt(waiting)).toEqual(['sent', 'sent', 'queued', 'sent', 'sent'])
  expect(log.error.mock.calls.map(([event, , { letter }]) => [event, letter])).toEqual([['outbox.delivery_failed', broken.id]])
  world.later(minutes(2))
  expect(await sendDueLetters(world.parts)).toBe(1)
})

test('a letter whose recipient was tampered with keeps no other', async () => {
  const [ada, ben, cy] = (await people(3)) as [Waiting, Waiting, Waiting]
  const values = { locator: 'locator', count: '1', organization: '', phone: '', until: '2026-01-09T00:00:00Z', timeZone: 'UTC' }
  const reminder = await world.letter('reminder', {
    ...{ message: ben.message, recipient: ben.recipient.id, to: ben.recipient.address, language: 'en', values },
  })
  await world.store.transaction(tx => tx.outbox.cancelForMessages([ben.message], world.now(), ['reminder']))
  const database = new Database(world.storage.file)
  expect(database.prepare(`update recipients set created_at = created_at + 1 where id = ?`).run(ben.recipient.id).changes).toBe(1)
  database.close()
  expect(await sendDueLetters(world.parts)).toBe(2)
  expect(await sentAt([ada, cy])).toEqual(['sent', 'sent'])
  expect((await world.stateOf(reminder)).state).toBe('queued')
})

test('a portal that is not busy notes each mail at once', async () => {
  const [ada, ben] = (await people(2)) as [Waiting, Waiting]
  const held = Promise.withResolvers<void>()
  world.fates.push('sent', () => held.promise)
  const round = sendDueLetters(world.parts)
  await vi.waitFor(async () => expect(await sentAt([ada, ben])).toEqual(['sent', 'queued']))
  held.resolve()
  await round
  expect(await sentAt([ada, ben])).toEqual(['sent', 'sent'])
})

const retract = (message: string) =>
  world.store.transaction(async tx => {
    const retracted = await tx.messages.transition(message, ['waiting'], 'retracted', { at: world.now() })
    if (retracted === null) return
    await record(tx, world.now(), {
      ...{ organization: world.organization, actor: PORTAL_ACTOR, action: 'message.retracted' },
      ...{ object: message, revision: retracted.revision },
    })
  })
