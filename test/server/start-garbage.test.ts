import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test, vi } from 'vitest'
import { collect, letGoOfTheStart } from '../../server/start-garbage.ts'
import { seconds } from '../../server/time.ts'

afterEach(() => vi.useRealTimers())

test('what only the start needed is gone a few seconds after it, and not before whoever waited for it was answered', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const needed = new WeakRef(Object.assign({}, { text: 'x'.repeat(1_000) }))
  letGoOfTheStart()
  await nextTurn()
  vi.advanceTimersByTime(seconds(1))
  const soon = needed.deref() !== undefined
  await nextTurn()
  vi.advanceTimersByTime(seconds(10))
  expect([soon, needed.deref()]).toEqual([true, undefined])
  expect(globalThis).not.toHaveProperty('gc')
})

test('threads that let go at the same moment do not stand in each other’s way', async () => {
  const source = new URL('../../server/start-garbage.ts', import.meta.url).href
  const often = `import(${JSON.stringify(source)}).then(({ collect }) => { for (let time = 0; time < 40; time++) collect() })`
  const ends = [1, 2].map(() => once(new Worker(often, { eval: true }), 'exit'))
  expect(collect).not.toThrow()
  expect(await Promise.all(ends)).toEqual([[0], [0]])
})

/** What a WeakRef was asked for is held until the turn is over. */
const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
