import { setImmediate as breath } from 'node:timers/promises'
import type { Ending, EndingWord } from './ending-journal.ts'
import type { Parts } from './parts.ts'
import type { Store } from './store.ts'
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
/** Endings in one read: each is verified, which takes longer than looking through many others. After disposal there is nothing else. */
const READ = 200
/** Endings that are noted together: the journal is read again each time. */
const NOTED = 5_000
/** So many entries without an ending are looked through again rather than noted. */
const NOTED_EVERY = 10_000

/**
 * Notes outside the database what the trail tells has ended since the last time, so that restoring an older backup can end it again.
 *
 * @returns how many endings were noted.
 */
export async function noteEndings({ store, endings }: Pick<Parts, 'endings'> & { store: Pick<Store, 'read'> }): Promise<number> {
  const { size } = await store.read(tx => tx.trail.head())
  const noted = await endings.through()
  // A journal that knows of entries there are not is another trail's, or was changed: better noted twice than not at all.
  const before = noted > size ? 0 : noted
  let count = 0
  let through = before
  let found: Ending[] = []
  for (let from = before; from < size; await breath()) {
    const to = Math.min(from + BATCH, size)
    const start = from
    const rows = await store.read(tx => tx.trail.among(Object.keys(ACTIONS), { from: start, to, limit: READ }))
    found.push(...rows.map(endingOf))
    from = rows.length < READ ? to : rows.at(-1)!.index + 1
    const isWorthNoting = from === size ? found.length > 0 : found.length >= NOTED
    if (!isWorthNoting && from - through < NOTED_EVERY) continue
    await endings.append(found, from)
    count += found.length
    through = from
    found = []
  }
  return count
}

function endingOf({ action, object, at, organization, bytes }: TrailRow): Ending {
  const covers = action === 'hold.placed' ? String(decodeEntry(bytes).detail?.covers) : undefined
  return { what: ACTIONS[action]!, id: object!, at, organization, covers }
}
