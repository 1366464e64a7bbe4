import { PortalError } from '../errors.ts'
import type { Store } from '../store.ts'
import { type Checkpoint, openEarlierCheckpoint, parseVerifierKey, verifierKey } from './checkpoint.ts'
import { decodeEntry } from './entry.ts'
import { partOf, Restorations } from './part.ts'
import { appendLeaf, EMPTY_TREE, leafHash, rootOf, sameHash, type TreeHead } from './tree.ts'

const BATCH = 1_000

/**
 * Reads the whole trail as it lies in the database and compares it with every checkpoint there and in `notes`.
 *
 * @param notes - checkpoints that were kept elsewhere. Those that were signed for entries after the last one here tell what is lost.
 * @returns the tree, the checkpoints beyond it, and the highest number of a part that anybody knows of.
 * @throws PortalError `tampered` when an entry is not what was signed for.
 */
export async function readWholeTrail(
  store: Pick<Store, 'read' | 'signer'>,
  trailName: string,
  notes: readonly string[],
): Promise<{ head: TreeHead; beyond: Checkpoint[]; parts: number }> {
  const key = parseVerifierKey(verifierKey(trailName, store.signer.publicKey))
  const own = await store.read(tx => tx.trail.checkpoints())
  const checkpoints = [...own.map(({ note }) => note), ...notes].map(note => openEarlierCheckpoint(note, key))
  const bySize = Map.groupBy(checkpoints, ({ size }) => size)
  const restorations = new Restorations()
  let head = EMPTY_TREE

  const compare = () => {
    for (const checkpoint of bySize.get(head.size) ?? []) {
      if (restorations.lostFrom(checkpoint) === null && !sameHash(rootOf(head), checkpoint.rootHash))
        throw new PortalError(
          'tampered',
          `The first ${head.size} entries of the trail are not those a checkpoint was signed for.`,
        )
    }
  }
  const kept = await store.read(tx => tx.trail.head())
  compare()
  while (head.size < kept.size) {
    const rows = await store.read(tx => tx.trail.entries(head.size, Math.min(BATCH, kept.size - head.size)))
    if (rows.length === 0) throw new PortalError('tampered', `Entry ${head.size} of the trail is missing.`)
    for (const row of rows) {
      const entry = decodeEntry(row.bytes)
      if (row.index !== head.size || entry.index !== row.index || !sameHash(leafHash(row.bytes), row.leafHash))
        throw new PortalError('tampered', `Entry ${head.size} of the trail is not what was written.`)
      restorations.read(entry)
      head = appendLeaf(head, row.leafHash)
      compare()
    }
  }
  if (!sameHash(rootOf(head), rootOf(kept)))
    throw new PortalError('tampered', 'The entries of the trail do not give the root that is kept beside them.')
  return {
    head,
    beyond: checkpoints.filter(({ size }) => size > head.size),
    parts: Math.max(1, ...checkpoints.map(({ origin }) => partOf(origin)), restorations.parts),
  }
}
