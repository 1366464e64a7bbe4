import { expect, test } from 'vitest'
import { PortalError } from '../../server/errors.ts'
import type { Log, Parts } from '../../server/parts.ts'
import type { Tx } from '../../server/store.ts'
import { sweep } from '../../server/sweep.ts'
import { handClock } from '../support/clock.ts'
import { afterTest } from '../support/closing.ts'
import { temporaryStorage } from '../support/storage.ts'

const IDS = Array.from({ length: 300 }, (_, number) => `msg_${number}`)

async function* spans() {
  yield IDS.slice(0, 120)
  yield IDS.slice(120)
}

async function sweeper(): Promise<{ parts: Pick<Parts, 'store' | 'clock' | 'log'>; advance(by: number): void; told: unknown[] }> {
  const storage = await temporaryStorage()
  afterTest(storage.remove)
  const clock = handClock()
  const told: unknown[] = []
  const silent = () => undefined
  const log: Log = { debug: silent, info: silent, warn: silent, error: (event, _, facts) => void told.push([event, facts]) }
  return { parts: { store: storage.store, clock: clock.read, log }, advance: clock.advance, told }
}

test.each([
  ['as many in a transaction as there may be where they take no time', () => 0, 64],
  ['as many as the writer can spare where each takes a tenth of a millisecond', () => 0.1, 32],
  ['the fewest where each takes long', () => 40, 8],
  ['no fewer because something else took the processor meanwhile', (round: number) => (round % 3 === 0 ? 40 : 0.1), 32],
])('takes everything in its order, few at first, %s', async (_, each, most) => {
  const { parts, advance } = await sweeper()
  const batches: string[][] = []
  const end = async (_tx: unknown, ids: readonly string[]) => {
    batches.push([...ids])
    advance(each(batches.length) * ids.length)
    return ids.length
  }
  expect(await sweep(parts, { due: spans, end, tampered: 'sweep.tampered' }, undefined, parts.clock)).toBe(IDS.length)
  expect(batches.flat()).toEqual(IDS)
  const sizes = batches.map(({ length }) => length)
  expect([sizes[0], Math.max(...sizes), sizes.at(-3)]).toEqual([2, most, most])
})

test('a sweep in the middle of thousands holds up no stop: it ends behind the transaction that is under way', async () => {
  const { parts } = await sweeper()
  const stopping = new AbortController()
  const ended: string[] = []
  const end = async (_tx: unknown, ids: readonly string[]) => {
    ended.push(...ids)
    if (ended.length > 10) stopping.abort()
    return ids.length
  }
  expect(await sweep(parts, { due: spans, end, tampered: 'sweep.tampered' }, stopping.signal, () => 0)).toBe(14)
  expect(ended).toEqual(IDS.slice(0, 14))
})

test('what is left of a span is taken in pieces of lengths that are taken anyway, as each length is a statement to be compiled', async () => {
  const { parts } = await sweeper()
  const sizes: number[] = []
  const end = async (_tx: unknown, ids: readonly string[]) => {
    sizes.push(ids.length)
    return ids.length
  }
  await sweep(parts, { due: spans, end, tampered: 'sweep.tampered' }, undefined, () => 0)
  expect(sizes).toEqual([2, 4, 8, 16, 32, 48, 8, 2, 64, 64, 48, 4])
})

test('a transaction is smaller where its commit takes long', async () => {
  const { parts, advance } = await sweeper()
  const sizes: number[] = []
  const end = async (_tx: unknown, ids: readonly string[]) => {
    sizes.push(ids.length)
    return ids.length
  }
  const store: Parts['store'] = {
    ...parts.store,
    transaction: (work, precedence) => {
      const { begins = () => undefined, ends = () => undefined } = precedence?.committing ?? {}
      const slowly = () => {
        advance(0.2 * sizes.at(-1)!)
        ends()
      }
      return parts.store.transaction(work, { ...precedence, committing: { begins, ends: slowly } })
    },
  }
  await sweep({ ...parts, store }, { due: spans, end, tampered: 'sweep.tampered' }, undefined, parts.clock)
  expect(Math.max(...sizes)).toBe(16)
})

test('nobody else has a turn while it holds the writer: the event loop goes round behind the commit', async () => {
  const { parts } = await sweeper()
  const order: string[] = []
  const ending = {
    due: async function* () {
      yield IDS.slice(0, 2)
    },
    async end(tx: Tx, ids: readonly string[]) {
      setImmediate(() => void order.push('others'))
      await tx.messages.findMany(ids)
      // As long as makes a group of works let others go on.
      for (const begun = performance.now(); performance.now() - begun < 3; );
      return ids.length
    },
    tampered: 'sweep.tampered',
  }
  const store: Parts['store'] = {
    ...parts.store,
    transaction: (work, precedence) => {
      const { begins = () => undefined, ends = () => undefined } = precedence?.committing ?? {}
      const told = () => {
        order.push('committed')
        ends()
      }
      return parts.store.transaction(work, { ...precedence, committing: { begins, ends: told } })
    },
  }
  await sweep({ ...parts, store }, ending)
  expect(order).toEqual(['committed', 'others'])
})

test('people who write at the same moment go first, however often, and it still gets on', async () => {
  const { parts } = await sweeper()
  const order: string[] = []
  const end = async (_tx: unknown, ids: readonly string[]) => {
    order.push('sweep')
    return ids.length
  }
  const sweeping = sweep(parts, {
    due: async function* () {
      yield IDS.slice(0, 2)
    },
    end,
    tampered: 'sweep.tampered',
  })
  // Asked for after the sweep had asked, while its transaction still waits for its turn.
  await Promise.resolve()
  const people = ['Ada', 'Ben', 'Cleo', 'Dan'].map(name => parts.store.transaction(async () => void order.push(name)))
  await Promise.all([sweeping, ...people])
  expect(order).toEqual(['Ada', 'Ben', 'Cleo', 'sweep', 'Dan'])
})

test('one that does not verify holds up none but itself, and is told of', async () => {
  const { parts, told } = await sweeper()
  const ended: string[] = []
  const end = async (_tx: unknown, ids: readonly string[]) => {
    if (ids.includes('msg_70')) throw new PortalError('tampered', 'This is not what was written.')
    ended.push(...ids)
    return ids.length
  }
  expect(await sweep(parts, { due: spans, end, tampered: 'sweep.tampered' })).toBe(IDS.length - 1)
  expect(ended).toEqual(IDS.filter(id => id !== 'msg_70'))
  expect(told).toEqual([['sweep.tampered', { message: 'msg_70' }]])
})

test('any other failure ends it', async () => {
  const { parts } = await sweeper()
  const end = async () => {
    throw new PortalError('no_space', 'The disk is full.')
  }
  await expect(sweep(parts, { due: spans, end, tampered: 'sweep.tampered' })).rejects.toMatchObject({ code: 'no_space' })
})
