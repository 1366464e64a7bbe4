import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../../server/store.ts'
import { endsConnection, translate } from '../../../storage/engines/postgres-errors.ts'
import { openStorage } from '../../../storage/index.ts'
import { NEW_YEAR, ROOT_KEY, type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { clinic, depositBy, organizationNamed, refusal, tell } from '../kept.ts'
import { type Line, type Look, lineTo } from './line.ts'

// Between the portal and its database stands somebody who cuts the line.

test('what comes from the network is told from what the server refuses, whatever its code looks like', () => {
  const broken = (code: string) => Object.assign(new Error('write'), { code })
  for (const code of ['EPIPE', 'ECONNRESET', 'ETIMEDOUT']) {
    expect(endsConnection(broken(code))).toBe(true)
    expect(translate(broken(code), false)).toMatchObject({ code: 'unavailable' })
  }
  expect(endsConnection(Object.assign(broken('23505'), { severity: 'ERROR' }))).toBe(false)
  expect(endsConnection(Object.assign(broken('57P01'), { severity: 'FATAL' }))).toBe(true)
})

describe('a connection that is cut', () => {
  let storage: TemporaryStorage
  let line: Line
  let store: Store
  beforeEach(async () => {
    storage = await temporaryStorage({ engine: 'postgres' })
    line = await lineTo(storage.url)
    store = await openStorage({ url: line.url, dataDirectory: storage.directory, rootKey: ROOT_KEY, now: NEW_YEAR })
  })
  afterEach(async () => {
    await store.close()
    await line.close()
    await storage.remove()
  })

  const organization = 'org_1'
  const add = (name: string) =>
    store.transaction(async tx => {
      const made = organizationNamed(name)
      await tx.organizations.add(made)
      await tell(tx, { id: made.id, organization }, null)
    })
  const kept = () =>
    storage.store.read(async tx => ({
      names: (await tx.organizations.list()).map(({ name }) => name).sort(),
      entries: (await tx.trail.entries(0, 1_000)).length,
    }))
  const atCommit = (what: 'cut' | 'cut behind'): Look => {
    return (from, bytes) => (from === 'portal' && bytes.includes('commit\0') ? what : undefined)
  }

  test('before the commit arrives is told to all who shared it, and nothing of theirs is kept', async () => {
    line.watch(atCommit('cut'))
    const outcomes = await Promise.allSettled(['North', 'South', 'East'].map(add))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
    expect(await kept()).toEqual({ names: [], entries: 0 })
    line.watch(() => undefined)
    await add('West')
    expect(await kept()).toEqual({ names: ['West'], entries: 1 })
  })

  test('before the answer to the commit comes is told as not known; and asking again shows that it was kept, once', async () => {
    const { sender } = await clinic(store, 'Clinic')
    line.watch(atCommit('cut behind'))
    const deposit = () => depositBy(sender, { idempotency: { keyHash: 'key', bodyHash: 'body', answer: '{}' } })
    const first = deposit()
    const outcomes = await Promise.allSettled([store.transaction(tx => tx.deposits.add(first)), add('North')])
    for (const { status, reason } of outcomes as PromiseRejectedResult[]) {
      expect({ status, code: reason.code }).toEqual({ status: 'rejected', code: 'unavailable' })
      expect(reason.message).toContain('not known')
    }
    line.watch(() => undefined)
    expect(await refusal(store.transaction(tx => tx.deposits.add(deposit())))).toBe('conflict')
    expect(await store.read(tx => tx.deposits.findByIdempotencyKey(sender.id, 'key'))).toMatchObject({ id: first.id })
    expect(await kept()).toEqual({ names: ['Clinic', 'North'], entries: 1 })
  })

  test('at any moment takes nothing along that was acknowledged, and never half of what was not', async () => {
    const acknowledged: string[] = []
    for (let moment = 1, wasCut = true; wasCut; moment += 2) {
      let passed = 0
      wasCut = false
      line.watch(() => {
        if (++passed !== moment) return undefined
        wasCut = true
        return moment % 4 === 1 ? 'cut' : 'cut behind'
      })
      await add(`Clinic ${moment}`).then(
        () => acknowledged.push(`Clinic ${moment}`),
        error => expect(error).toMatchObject({ code: 'unavailable' }),
      )
      line.watch(() => undefined)
      await add(`After ${moment}`)
      acknowledged.push(`After ${moment}`)
    }
    const { names, entries } = await kept()
    expect(acknowledged.length).toBeGreaterThan(4)
    expect(names).toEqual(expect.arrayContaining(acknowledged))
    expect(new Set(names).size).toBe(names.length)
    expect(entries).toBe(names.length)
  })
})
