import type { Store, Tx } from './store.ts'
import { days, type Instant, minutes } from './time.ts'

/** How long the trail must have witnessed a time before anything is destroyed because of it. */
const WITNESSED = days(31)
/** Clocks of several machines differ a little. */
const TOLERANCE = minutes(5)

/**
 * What speaks against believing the clock, before something is destroyed because its time has come: a clock that was set to 1970 or 2100
 * has only to be wrong once. The trail knows when things happened. A time that lies before its last entry is wrong; one that it has only
 * reached by a leap within the last month has still to prove itself, or to be confirmed by an operator.
 *
 * @returns null when nothing does.
 */
export const doubtAbout = (now: Instant, store: Pick<Store, 'read'>): Promise<'clock_behind' | 'clock_leapt' | null> =>
  store.read(async tx => {
    const { size } = await tx.trail.head()
    if (size === 0) return null
    const last = await timeOf(tx, size - 1)
    if (now < last - TOLERANCE) return 'clock_behind'
    if (now - last > WITNESSED) return 'clock_leapt'
    const first = await firstSince(tx, size, now - WITNESSED)
    // A trail that is younger than that has nothing before to leap from.
    if (first === 0) return null
    return (await timeOf(tx, first)) - (await timeOf(tx, first - 1)) > WITNESSED ? 'clock_leapt' : null
  })

/** Number of the first entry since then: entries are in order of their time, but for what clocks differ by. */
async function firstSince(tx: Tx, size: number, since: Instant): Promise<number> {
  let before = 0
  let after = size
  while (before < after) {
    const middle = (before + after) >> 1
    if ((await timeOf(tx, middle)) < since) before = middle + 1
    else after = middle
  }
  return before
}

const timeOf = async (tx: Tx, index: number): Promise<Instant> => (await tx.trail.entry(index))?.at ?? 0
