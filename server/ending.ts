import type { Ending, EndingWord } from './ending-journal.ts'
import type { Parts } from './parts.ts'
import { decodeEntry } from './trail/entry.ts'
import type { TrailRow } from './trail/store.ts'

/** Which entries of the trail tell of an ending. */
const ACTIONS: Readonly<Record<string, EndingWord>> = {
  'message.disposed': 'disposed',
  'message.retracted': 'retracted',
  'client.revoked': 'revoked',
  'client.rotated': 'replaced',
  'staff.disabled': 'disabled',
  'factor.removed': 'removed',
  'hold.placed': 'held',
  'hold.released': 'released',
}

/** Entries looked through in one read: a few milliseconds. */
const BATCH = 5_000
/** So many entries without an ending are looked through again rather than noted. */
const NOTED_EVERY = 10_000

/**
 * Notes outside the database what the trail tells has ended since the last time, so that restoring an older backup can end it again.
 *
 * @returns how many endings were noted.
 */
export async function noteEndings({ store, endings }: Pick<Parts, 'store' | 'endings'>): Promise<number> {
  const { size } = await store.read(tx => tx.trail.head())
  const noted = await endings.through()
  // A journal that knows of entries there are not is another trail's, or was changed: better noted twice than not at all.
  const before = noted > size ? 0 : noted
  let count = 0
  let through = before
  for (let from = before; from < size; from += BATCH) {
    const to = Math.min(from + BATCH, size)
    const rows = await store.read(tx => tx.trail.among(Object.keys(ACTIONS), from, to))
    if (rows.length === 0 && to - through < NOTED_EVERY) continue
    await endings.append(rows.map(endingOf), to)
    count += rows.length
    through = to
  }
  return count
}

function endingOf({ action, object, at, organization, bytes }: TrailRow): Ending {
  const covers = action === 'hold.placed' ? String(decodeEntry(bytes).detail?.covers) : undefined
  return { what: ACTIONS[action]!, id: object!, at, organization, covers }
}
