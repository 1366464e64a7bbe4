import { expect, test } from 'vitest'
import { beginThread, dropThread, takeThread } from '../../server/portal-thread.ts'

test('the thread that was begun is taken once, and whoever asks again has one of their own', async () => {
  beginThread()
  const [first, second] = [takeThread(), takeThread()]
  expect(second).not.toBe(first)
  await Promise.all([first.terminate(), second.terminate()])
})

test('a thread that was begun and let go of is nobody’s any more', async () => {
  beginThread()
  await dropThread()
  const next = takeThread()
  expect(next.threadId).toBeGreaterThan(0) // of one that has ended it is -1
  await next.terminate()
})
