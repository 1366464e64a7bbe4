import { randomBytes } from 'node:crypto'
import type { Store } from '../store.ts'
import type { EntryPlace } from './canonical-entry.ts'
import type { Checkpoint } from './checkpoint.ts'
import { decodeEntry } from './entry.ts'

/** The trail itself, where an entry is about it. Its revisions are its parts. */
export const TRAIL_OBJECT = 'trail'

/**
 * A portal that was restored from a backup has lost the entries after it, but checkpoints were signed for them. To sign others for the
 * same numbers under the same name would be to contradict oneself; so each restore begins another part of the trail, which keeps the
 * entries, goes on from them, and signs under a name of its own: `portal.example/restante-trail/2.k3J9dQ`.
 *
 * @param base - name of the first part.
 * @returns name of the part that is being written.
 */
export async function trailNameIn(store: Pick<Store, 'read'>, base: string): Promise<string> {
  const row = await store.read(tx => tx.trail.newestOf(TRAIL_OBJECT))
  return row === null ? base : `${base}/${decodeEntry(row.bytes).detail?.part}`
}

/**
 * The label of a part: its number, and enough chance that two restores of one backup, a drill among them, never sign under one name.
 */
export const newPart = (number: number): string => `${number}.${randomBytes(6).toString('base64url')}`

/** Number of the part that signs under this name; the first has no label. */
export const partOf = (name: string): number => Number(/\/(\d+)\.[\w-]{8}$/.exec(name)?.[1] ?? 1)

/** Where each part of a trail begins, as its own entries say. */
export class Restorations {
  readonly #begins = new Map<number, number>()

  read({ action, object, revision, index }: EntryPlace): void {
    if (action === 'trail.restored' && object === TRAIL_OBJECT && revision !== null) this.#begins.set(revision, index)
  }

  /** The highest number of a part. */
  get parts(): number {
    return Math.max(1, ...this.#begins.keys())
  }

  /** From which entry on what this checkpoint was signed for is lost; null when all of it should be there. */
  lostFrom({ origin, size }: Pick<Checkpoint, 'origin' | 'size'>): number | null {
    const later = [...this.#begins].filter(([part]) => part > partOf(origin)).map(([, index]) => index)
    const end = Math.min(...later)
    return size > end ? end : null
  }
}
