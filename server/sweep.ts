import { setTimeout as pause } from 'node:timers/promises'
import { isPortalError } from './errors.ts'
import type { Parts } from './parts.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'

/**
 * Messages in one transaction: at first, at the least, and at the most. With fewer, what each transaction costs by itself would be most of
 * it, and on a machine that is busy with other things, where everything seems to take long, a sweep would make it busier still.
 */
const FEWEST = 20
const MOST = 100
/** Sizes are so far apart: each size makes statements of its own, which are prepared once. */
const STEP = 10
/** How long one transaction may keep the writer from everybody else: what takes longer is followed by one with fewer messages. */
const HELD_MILLISECONDS = 5
/** Between two of them others write, and the pages of this process are answered. */
const BREATH_MILLISECONDS = 5

/** What becomes of messages whose time has come. */
interface Ending {
  /** Ids, some at a time, in the order in which they are to end. The next are asked for when those before have been looked at. */
  due(): AsyncIterable<readonly string[]>
  /** Ends those that may end now. @returns how many */
  end(tx: Tx, ids: readonly string[], now: Instant): Promise<number>
  /** Under which name it is told that one does not verify. */
  tampered: string
}

/**
 * Ends very many messages without anybody waiting for it: in transactions as small as the writer can spare, behind whoever else writes,
 * with breaths between them. A message that does not verify holds up none but itself.
 *
 * @returns how many were ended.
 */
export function sweep(parts: Pick<Parts, 'store' | 'clock' | 'log'>, ending: Ending): Promise<number> {
  return parts.store.sweep(async () => {
    let ended = 0
    let size = FEWEST
    for await (const ids of ending.due()) {
      for (let from = 0; from < ids.length; ) {
        const some = ids.slice(from, from + size)
        const { done, milliseconds } = await endTogether(parts, ending, some)
        ended += done
        from += some.length
        if (some.length === size) size = sizeAfter(size, milliseconds)
        await pause(BREATH_MILLISECONDS)
      }
    }
    return ended
  })
}

/** About as many as would have held the writer just long enough, by the pace of the last; never more than twice as many. */
function sizeAfter(size: number, milliseconds: number): number {
  const fitting = (size * HELD_MILLISECONDS) / Math.max(milliseconds, 1)
  return Math.min(MOST, 2 * size, Math.max(FEWEST, STEP * Math.round(fitting / STEP)))
}

async function endTogether(
  parts: Pick<Parts, 'store' | 'clock' | 'log'>,
  ending: Ending,
  ids: readonly string[],
): Promise<{ done: number; milliseconds: number }> {
  const { store, clock, log } = parts
  try {
    return await store.transaction(
      async tx => {
        const begun = clock()
        const done = await ending.end(tx, ids, begun)
        return { done, milliseconds: clock() - begun }
      },
      { givesWay: true },
    )
  } catch (error) {
    if (!isPortalError(error) || error.code !== 'tampered') throw error
    if (ids.length > 1) return endApart(parts, ending, ids)
    log.error(ending.tampered, error, { message: ids[0]! })
    return { done: 0, milliseconds: 0 }
  }
}

async function endApart(parts: Pick<Parts, 'store' | 'clock' | 'log'>, ending: Ending, ids: readonly string[]) {
  let done = 0
  for (const id of ids) done += (await endTogether(parts, ending, [id])).done
  return { done, milliseconds: 0 }
}
