import { expect, test } from 'vitest'
import { Turns } from '../../server/turns.ts'

/** So much work that no turn of the event loop has room for a second. */
function longWork(): void {
  const until = performance.now() + 6
  while (performance.now() < until);
}

test('works that arrive together begin in their order, and others get a turn in between', async () => {
  const turns = new Turns()
  const began: string[] = []
  const last = Promise.withResolvers<void>()
  for (let number = 1; number <= 5; number++) {
    turns.begin(() => {
      // As with a request: what takes long comes behind the first await.
      void Promise.resolve().then(longWork)
      longWork()
      began.push(String(number))
      if (number === 5) last.resolve()
    })
  }
  expect(began, 'the first at once').toEqual(['1'])
  const others = (): void => {
    began.push('others')
    if (!began.includes('5')) setTimeout(others)
  }
  setTimeout(others)
  await last.promise
  expect(began.filter(who => who !== 'others')).toEqual(['1', '2', '3', '4', '5'])
  expect(began.filter(who => who === 'others').length, 'between them').toBeGreaterThanOrEqual(3)
})

test('who comes while nothing else is going on begins at once', () => {
  const turns = new Turns()
  let begun = false
  turns.begin(() => {
    begun = true
  })
  expect(begun).toBe(true)
})
