import { setTimeout as pause } from 'node:timers/promises'
import { isPortalError } from './errors.ts'
import type { Parts } from './parts.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'

/** Messages in one transaction. A sweep begins with very few, as its statements are compiled by the first, and everybody waits for that. */
const SIZES = [2, 4, 8, 16, 24, 32, 48, 64] as const
/** So many where each takes long, too: with fewer, what a transaction costs by itself would be most of it. */
const FEWEST = 8
/**
 * How long one transaction may keep the writer, its commit included. It takes no breath in between: whoever only reads would be answered in
 * it, and V8 collects its garbage when the event loop goes round, so that breaths made a transaction longer than its own work.
 */
const HELD_MILLISECONDS = 4
/** Between two of them others write, and the pages of this process are answered. */
const BREATH_MILLISECONDS = 5
/** The pace is that of the quickest of so many: the others were slow because of something else, which smaller transactions would not mend. */
const LOOKED_AT = 4

/** What becomes of messages whose time has come. */
interface Ending {
  /** Ids, some at a time, in the order in which they are to end. The next are asked for when those before have been looked at. */
  due(): AsyncIterable<readonly string[]>
  /** Ends those that may end now. @returns how many */
  end(tx: Tx, ids: readonly string[], now: Instant): Promise<number>
  /** Under which name it is told that one does not verify. */
  tampered: string
}

type SweepParts = Pick<Parts, 'store' | 'clock' | 'log'>

/**
 * Ends very many messages without anybody waiting for it: in transactions as small as the writer can spare, behind whoever else writes,
 * with breaths between them. A message that does not verify holds up none but itself.
 *
 * @param stopping - aborted when the process is to end: what is left then waits for the next start.
 * @param stopwatch - milliseconds and parts of them: a clock would tell only whole ones, and may be set meanwhile.
 * @returns how many were ended.
 */
export function sweep(
  parts: SweepParts,
  ending: Ending,
  stopping?: AbortSignal,
  stopwatch = () => performance.now(),
): Promise<number> {
  return parts.store.sweep(async () => {
    let ended = 0
    let size: number = SIZES[0]
    const paces: number[] = []
    for await (const ids of ending.due()) {
      for (let from = 0; from < ids.length; ) {
        if (stopping?.aborted) return ended
        const some = ids.slice(from, from + lengthOf(Math.min(size, ids.length - from)))
        const { done, milliseconds } = await endTogether(parts, ending, some, stopwatch)
        ended += done
        from += some.length
        if (some.length === size) {
          paces.unshift(milliseconds / size)
          paces.length = Math.min(paces.length, LOOKED_AT)
          size = sizeAfter(size, Math.min(...paces))
        }
        await pause(BREATH_MILLISECONDS)
      }
    }
    return ended
  })
}

/** Of so many, as many as are often taken at once: every other length would be a statement that is compiled while the writer waits for it. */
const lengthOf = (most: number): number => SIZES.findLast(one => one <= most) ?? most

/** The most that hold the writer no longer than they may, by this pace; never more than twice as many as before. */
function sizeAfter(size: number, millisecondsEach: number): number {
  const fitting = Math.min(2 * size, Math.max(FEWEST, HELD_MILLISECONDS / millisecondsEach))
  return SIZES.findLast(one => one <= fitting)!
}

async function endTogether(
  parts: SweepParts,
  ending: Ending,
  ids: readonly string[],
  stopwatch: () => number,
): Promise<{ done: number; milliseconds: number }> {
  const { store, clock, log } = parts
  // What others did in the same transaction is none of its time.
  let milliseconds = 0
  let committed = 0
  const committing = {
    begins() {
      committed -= stopwatch()
    },
    ends() {
      committed += stopwatch()
    },
  }
  try {
    const done = await store.transaction(
      async tx => {
        const begun = stopwatch()
        const done = await ending.end(tx, ids, clock())
        milliseconds = stopwatch() - begun
        return done
      },
      { givesWay: true, committing },
    )
    return { done, milliseconds: milliseconds + committed }
  } catch (error) {
    if (!isPortalError(error) || error.code !== 'tampered') throw error
    if (ids.length > 1) return endApart(parts, ending, ids, stopwatch)
    log.error(ending.tampered, error, { message: ids[0]! })
    return { done: 0, milliseconds: Number.POSITIVE_INFINITY }
  }
}

/** It tells nothing of the pace. */
async function endApart(parts: SweepParts, ending: Ending, ids: readonly string[], stopwatch: () => number) {
  let done = 0
  for (const id of ids) done += (await endTogether(parts, ending, [id], stopwatch)).done
  return { done, milliseconds: Number.POSITIVE_INFINITY }
}
