import { beforeEach, expect, test } from 'vitest'
import { ACTS_A_MINUTE, networkLimit } from '../../../server/sign-in/network-limit.ts'
import { minutes } from '../../../server/time.ts'
import { testPortal } from '../../support/portal.ts'

const HERE = '203.0.113.7'
const ELSEWHERE = '198.51.100.1'

let portal: Awaited<ReturnType<typeof testPortal>>
beforeEach(async () => {
  portal = await testPortal()
})

const times = (count: number, act: () => Promise<void>) => Promise.allSettled(Array.from({ length: count }, act))
const admitted = (results: PromiseSettledResult<void>[]) => results.filter(({ status }) => status === 'fulfilled').length

test('whoever came too often is told when to come again; others are not held up', async () => {
  const { admitStranger } = networkLimit(portal.parts)
  await times(ACTS_A_MINUTE, () => admitStranger(HERE))
  await expect(admitStranger(HERE)).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 60 })
  await admitStranger(ELSEWHERE)
  portal.clock.advance(minutes(1))
  await admitStranger(HERE)
})

test('past the limit a flood asks nothing of the database', async () => {
  const { store, clock } = portal.parts
  let asked = 0
  const transaction: typeof store.transaction = work => {
    asked++
    return store.transaction(work)
  }
  const { admitStranger } = networkLimit({ clock, store: { ...store, transaction } })
  await times(ACTS_A_MINUTE, () => admitStranger(HERE))
  await times(50, () => admitStranger(HERE))
  const before = asked
  expect(admitted(await times(1_000, () => admitStranger(HERE)))).toBe(0)
  expect(asked).toBe(before)
})

test('counts of minutes that are over are forgotten', async () => {
  const { admitStranger } = networkLimit(portal.parts)
  await Promise.all([admitStranger(HERE), admitStranger(ELSEWHERE)])
  portal.clock.advance(minutes(1))
  await admitStranger(HERE)
  expect(
    await portal.parts.store.transaction(tx => tx.signIn.networks.forget(Math.floor(portal.clock.read() / minutes(1)))),
  ).toBe(2)
})
