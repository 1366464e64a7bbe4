import { vi } from 'vitest'

/** Two marks in the wrong order, again and again: to put them in order takes as long as the square of how many there are. */
export const MARKS = '\u0301\u0323'

/** The longest row of marks that was given to be put in order while somebody worked. */
export async function longestRowPutInOrder(work: () => unknown): Promise<number> {
  const normalize = vi.spyOn(String.prototype, 'normalize')
  try {
    await work()
    const rows = normalize.mock.contexts.flatMap(text => String(text).match(/\p{M}+/gu) ?? [])
    return Math.max(0, ...rows.map(row => row.length))
  } finally {
    normalize.mockRestore()
  }
}
