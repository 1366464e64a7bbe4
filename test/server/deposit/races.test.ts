import { describe, expect, test } from 'vitest'
import type { Asking } from '../../../server/asking.ts'
import type { Reader } from '../../../server/sign-in/visitor.ts'
import { days, minutes } from '../../../server/time.ts'
import { decodeEntry, type Entry } from '../../../server/trail/entry.ts'
import { type Clinic, clinicIn } from '../../support/clinic.ts'
import { portalWithOneMessage } from '../../support/people.ts'
import { testPortal } from '../../support/portal.ts'

const asGateway = ({ gateway }: Clinic): Asking => ({ client: gateway })

/** Every change of a message that the trail tells of, oldest first. */
const changesOf = (clinic: Clinic, message: string): Promise<Entry[]> =>
  clinic.parts.store.read(async tx => {
    const rows = await tx.trail.list(clinic.organization.id, { object: message }, { limit: 100 })
    return rows
      .map(row => decodeEntry(row.bytes))
      .filter(entry => entry.revision !== null)
      .reverse()
  })

describe('reading against retracting', () => {
  test('read first: the message was seen, and the retraction says so', async () => {
    const clinic = await portalWithOneMessage()
    await clinic.ada.opens('Result')
    expect(await clinic.portal.retract(asGateway(clinic), clinic.deposit.id, { reason: 'other' })).toMatchObject([
      { wasOpened: true },
    ])
    const changes = await changesOf(clinic, clinic.deposit.messages[0]!.id)
    expect(changes.map(entry => [entry.action, entry.revision])).toEqual([
      ['message.deposited', 1],
      ['message.opened', 2],
      ['message.retracted', 3],
    ])
  })

  test('retracted first: nothing was seen, and opening says why', async () => {
    const clinic = await portalWithOneMessage()
    const reader = await clinic.ada.signsIn()
    const id = clinic.deposit.messages[0]!.id
    expect(await clinic.portal.retract(asGateway(clinic), clinic.deposit.id, { reason: 'other' })).toMatchObject([
      { wasOpened: false },
    ])
    await expect(clinic.portal.openMessage(reader, id)).rejects.toMatchObject({ code: 'retracted' })
    expect((await changesOf(clinic, id)).map(entry => entry.action)).toEqual(['message.deposited', 'message.retracted'])
  })
})

describe('expiring against extending', () => {
  test('expired first: the extension brings it back', async () => {
    const clinic = await portalWithOneMessage()
    clinic.clock.advance(days(31))
    await clinic.portal.expireDue()
    await clinic.portal.extendDeposit(asGateway(clinic), clinic.deposit.id, clinic.clock.read() + days(1))
    const changes = await changesOf(clinic, clinic.deposit.messages[0]!.id)
    expect(changes.map(entry => entry.action)).toEqual(['message.deposited', 'message.expired', 'message.extended'])
    expect(changes.at(-1)!.detail).toMatchObject({ from: 'expired', to: 'waiting' })
  })

  test('extended first: the sweep finds nothing due', async () => {
    const clinic = await portalWithOneMessage()
    clinic.clock.advance(days(31))
    const extended = clinic.portal.extendDeposit(asGateway(clinic), clinic.deposit.id, clinic.clock.read() + days(1))
    const swept = clinic.portal.expireDue()
    await Promise.all([extended, swept])
    expect((await changesOf(clinic, clinic.deposit.messages[0]!.id)).at(-1)!.action).toBe('message.extended')
  })
})

const ACTS = ['open', 'retract', 'expire', 'extend', 'hide', 'retract', 'open'] as const
type Act = (typeof ACTS)[number]

/** A small generator of our own (mulberry32): the same seed gives the same thousand stories. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return sides => {
    state = (state + 0x6d2b79f5) | 0
    let word = Math.imul(state ^ (state >>> 15), 1 | state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return ((word ^ (word >>> 14)) >>> 0) % sides
  }
}

test('a thousand interleavings: each change has its entry, one after the other, and the last one is how the message stands', async () => {
  const clinic = await clinicIn(await testPortal())
  const ada = clinic.patient('Ada Lopez')
  await clinic.deposits('First', [ada])
  await clinic.deliver()
  const reader = await ada.signsIn()
  const roll = dice(20_260_101)
  // Twenty stories at a time: they share their commits, and a sweep meets all of them.
  for (let round = 0; round < 50; round++) {
    const expiresAt = clinic.clock.read() + minutes(1)
    const told = await Promise.all(Array.from({ length: 20 }, () => clinic.deposits('Result', [ada], { expiresAt })))
    if (roll(2) === 0) clinic.clock.set(expiresAt - roll(2))
    const stories = told.map(({ id, messages }) => {
      const acts = Array.from({ length: 2 + roll(3) }, () => ACTS[roll(ACTS.length)]!)
      return {
        acts,
        message: messages[0]!.id,
        results: Promise.allSettled(acts.map(act => doing(clinic, reader, id, messages[0]!.id, act))),
      }
    })
    for (const { acts, message, results } of stories) {
      for (const result of await results) {
        if (result.status === 'rejected') expect(LOST, acts.join()).toContain(result.reason.code)
      }
      await expectSound(clinic, message, acts)
    }
  }
}, 300_000)

/** What whoever came second is told. */
const LOST = ['retracted', 'expired', 'not_found', 'conflict']

async function doing(clinic: Clinic, reader: Reader, deposit: string, message: string, act: Act): Promise<unknown> {
  switch (act) {
    case 'open':
      return clinic.portal.openMessage(reader, message)
    case 'retract':
      return clinic.portal.retract(asGateway(clinic), deposit, { reason: 'wrong_recipient' })
    case 'expire':
      return clinic.portal.expireDue()
    case 'extend':
      return clinic.portal.extendDeposit(asGateway(clinic), deposit, clinic.clock.read() + days(1))
    case 'hide':
      return clinic.portal.notForMe(reader, message, { knowsThem: false, mayContact: false })
  }
}

/** What each action leaves a message in; `null`: it changes something else about it. */
const LEAVES: Record<string, string | null> = {
  'message.deposited': 'waiting',
  'message.opened': 'opened',
  'message.retracted': 'retracted',
  'message.expired': 'expired',
  'message.extended': null,
  'message.hidden': null,
}

async function expectSound(clinic: Clinic, id: string, story: Act[]): Promise<void> {
  const told = `story: ${story.join(', ')}`
  const changes = await changesOf(clinic, id)
  const message = (await clinic.parts.store.read(tx => tx.messages.find(id)))!
  expect(
    changes.map(entry => entry.revision),
    told,
  ).toEqual(changes.map((_, i) => i + 1))
  expect(message.revision, told).toBe(changes.length)
  let state = 'waiting'
  for (const { action, detail } of changes) {
    if (action === 'message.opened') expect(state, told).toBe('waiting')
    if (action === 'message.expired') expect(['waiting', 'opened'], told).toContain(state)
    if (action === 'message.extended') state = String(detail!.to)
    expect(state === 'retracted' && action !== 'message.hidden', `${told}: something after the retraction`).toBe(false)
    state = LEAVES[action] ?? state
  }
  expect(message.state, told).toBe(state)
  for (const once of ['message.opened', 'message.retracted']) {
    expect(changes.filter(entry => entry.action === once).length, told).toBeLessThanOrEqual(1)
  }
}
