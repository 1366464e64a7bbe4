import { AsyncLocalStorage } from 'node:async_hooks'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../../server/store.ts'
import { minutes } from '../../../server/time.ts'
import { openStorage } from '../../../storage/index.ts'
import { NEW_YEAR, ROOT_KEY, type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { clinic, depositBy, letterAbout, move, tell } from '../kept.ts'

const PROCESSES = 3

/** Several stores on one database share nothing but the database, as several processes do. */
describe('several processes on one PostgreSQL', () => {
  let storage: TemporaryStorage
  let stores: Store[]
  beforeEach(async () => {
    storage = await temporaryStorage({ engine: 'postgres' })
    const open = () => openStorage({ url: storage.url, dataDirectory: storage.directory, rootKey: ROOT_KEY, now: NEW_YEAR })
    stores = [storage.store, ...(await Promise.all(Array.from({ length: PROCESSES - 1 }, open)))]
    return async () => {
      for (const store of stores) await store.close()
      await storage.remove()
    }
  })

  /** The same in every process, at the same time, so many times over. */
  const everywhere = <T>(times: number, work: (store: Store, number: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: times * PROCESSES }, (_, number) => work(stores[number % PROCESSES]!, number)))

  test('write one trail, without a gap and without a fork', async () => {
    await everywhere(40, (store, number) =>
      store.transaction(tx => tell(tx, { id: `msg_${number}`, organization: 'org_1' }, null)),
    )
    const entries = await storage.store.read(tx => tx.trail.entries(0, 1_000))
    expect(entries.map(({ index }) => index)).toEqual(Array.from({ length: 40 * PROCESSES }, (_, index) => index))
    expect(new Set(entries.map(({ object }) => object)).size).toBe(40 * PROCESSES)
    const { size, edge } = await storage.store.read(tx => tx.trail.head())
    expect([size, edge.length]).toEqual([40 * PROCESSES, 4]) // 120 is four one-bits
  })

  test('keep one deposit for an idempotency key', async () => {
    const { sender } = await clinic(storage.store)
    const idempotency = { keyHash: 'hash-of-key', bodyHash: 'hash-of-body', answer: '{}' }
    const outcomes = await everywhere(10, store =>
      store.transaction(async tx => {
        if (await tx.deposits.findByIdempotencyKey(sender.id, idempotency.keyHash)) return 'there'
        await tx.deposits.add(depositBy(sender, { idempotency }))
        return 'made'
      }),
    )
    expect(outcomes.filter(outcome => outcome === 'made')).toHaveLength(1)
    expect(outcomes.filter(outcome => outcome === 'there')).toHaveLength(10 * PROCESSES - 1)
  })

  test('open a message once', async () => {
    const { keep } = await clinic(storage.store)
    const { id } = await keep()
    const moved = await everywhere(10, store => store.transaction(tx => move(tx, id, ['waiting'], 'opened')))
    expect(moved.filter(message => message !== null)).toHaveLength(1)
  })

  test('hand each letter to one worker', async () => {
    const { organization, keep } = await clinic(storage.store)
    const message = await keep()
    await storage.store.transaction(async tx => {
      for (let number = 0; number < 60; number++) await tx.outbox.add(letterAbout({ ...message, organization: organization.id }))
    })
    const lease = NEW_YEAR + minutes(5)
    const claimed = await everywhere(10, store => store.transaction(tx => tx.outbox.claim(NEW_YEAR, lease, 4)))
    const ids = claimed.flat().map(({ id }) => id)
    expect(ids).toHaveLength(60)
    expect(new Set(ids).size).toBe(60)
  })

  test('see at once what another has ended', async () => {
    const { keep } = await clinic(storage.store)
    const { id } = await keep()
    for (const store of stores) expect((await store.read(tx => tx.messages.find(id)))?.state).toBe('waiting')
    await stores[1]!.transaction(tx => move(tx, id, ['waiting'], 'retracted'))
    for (const store of stores) expect((await store.read(tx => tx.messages.find(id)))?.state).toBe('retracted')
  })

  test('read one state from beginning to end, whatever others write meanwhile', async () => {
    const { keep } = await clinic(storage.store)
    const { id } = await keep()
    const outside = AsyncLocalStorage.snapshot() // as another process would, not as part of the transaction below
    let isRetracted = false
    const seen = await storage.store.read(async tx => {
      const states = [(await tx.messages.find(id))?.state]
      outside(() => stores[1]!.transaction(other => move(other, id, ['waiting'], 'retracted'))).then(() => {
        isRetracted = true
      })
      while (!isRetracted) states.push((await tx.messages.find(id))?.state)
      return [...states, (await tx.messages.find(id))?.state]
    })
    expect(new Set(seen)).toEqual(new Set(['waiting']))
    expect((await storage.store.read(tx => tx.messages.find(id)))?.state).toBe('retracted')
  })
})
