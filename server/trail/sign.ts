import { isPortalError, PortalError } from '../errors.ts'
import type { Store } from '../store.ts'
import type { Instant } from '../time.ts'
import { type Checkpoint, openEarlierCheckpoint, parseVerifierKey, signCheckpoint, verifierKey } from './checkpoint.ts'
import type { CheckpointHistory } from './history.ts'
import type { StoredCheckpoint } from './store.ts'
import { appendLeaf, EMPTY_TREE, rootOf, sameHash, type TreeHead } from './tree.ts'

/** Entries read and verified at once: some ten milliseconds of work, so that no page waits long. */
const BATCH = 1_024

export interface SignedCheckpoint {
  checkpoint: StoredCheckpoint
  /** Whether it was signed now; false when the trail has not grown since the last one. */
  isNew: boolean
  /** The tree at this checkpoint. Handed in again as `known`, it saves reading everything before it a second time. */
  head: TreeHead
}

/**
 * Signs what the trail holds now, but never a trail that contradicts what was signed before: every leaf hash up to the last
 * checkpoint in the database, and up to the last one in the history outside of it, must still give the root that was signed then.
 *
 * @param known - the `head` of an earlier answer in this process. What it covers was compared then; the new root is computed from
 *   it, so it cannot but continue it.
 * @returns null when the trail is empty and nothing was ever signed.
 * @throws PortalError `tampered` with the exact reason; nothing is signed then.
 */
export async function signNewCheckpoint(
  trail: SignedTrail & { store: Pick<Store, 'transaction'>; now: Instant },
): Promise<SignedCheckpoint | null> {
  const compared = await compareWithSigned(trail)
  if (compared === null) return null
  const { head, stored, noted } = compared
  const { store, origin, now, history } = trail
  const rootHash = rootOf(head)
  const isNew = stored?.size !== head.size
  const checkpoint = isNew
    ? { size: head.size, rootHash, note: signCheckpoint({ origin, size: head.size, rootHash }, store.signer), at: now }
    : stored
  // The history first: if we stop between the two, it knows more than the database, never less.
  if (noted !== checkpoint.note) await history.append(checkpoint.note)
  if (isNew) await keep(store, checkpoint)
  return { checkpoint, isNew, head }
}

export interface SignedTrail {
  store: Pick<Store, 'read' | 'signer'>
  /** Name of the trail, such as `portal.example/restante-trail`. */
  origin: string
  history: CheckpointHistory
  known?: TreeHead | undefined
}

/**
 * Compares the trail with the last checkpoint in the database and the last one in the history. Signs nothing.
 *
 * @returns the tree as it is, and both notes; null when the trail is empty and nothing was ever signed.
 * @throws PortalError `tampered` with the exact reason.
 */
export async function compareWithSigned({
  store,
  origin,
  history,
  known,
}: SignedTrail): Promise<{ head: TreeHead; stored: StoredCheckpoint | null; noted: string | null } | null> {
  // The history before the database: what another process adds to both in between must not look as if entries had been removed.
  const noted = await history.latest()
  const { stored, kept } = await store.read(async tx => ({
    stored: await tx.trail.latestCheckpoint(),
    kept: await tx.trail.head(),
  }))
  const key = parseVerifierKey(verifierKey(origin, store.signer.publicKey))
  const earlier = [
    ...(stored === null ? [] : [{ where: 'in the database', ...opened(stored.note, key, 'in the database') }]),
    ...(noted === null ? [] : [{ where: 'in the checkpoint history', ...opened(noted, key, 'in the checkpoint history') }]),
  ]
  if (kept.size === 0 && earlier.length === 0) return null

  const head = await grow(store, kept.size, earlier, known ?? EMPTY_TREE)
  if (!sameHash(rootOf(head), rootOf(kept))) {
    throw new PortalError('tampered', `The ${kept.size} entry hashes of the trail do not give the root that is kept beside them.`)
  }
  return { head, stored, noted }
}

/** Reads the leaf hashes after `known` up to `size`, comparing the root on the way with each checkpoint signed earlier. */
async function grow(
  store: Pick<Store, 'read'>,
  size: number,
  earlier: readonly (Checkpoint & { where: string })[],
  known: TreeHead,
): Promise<TreeHead> {
  const furthest = Math.max(known.size, ...earlier.map(checkpoint => checkpoint.size))
  if (size < furthest) {
    throw new PortalError(
      'tampered',
      `The trail holds ${size} entries, but a checkpoint was signed at ${furthest}: entries were removed, or an older database was put back.`,
    )
  }
  // Starting behind a checkpoint that must be compared would skip the comparison: begin anew then.
  let head = earlier.some(checkpoint => checkpoint.size < known.size) ? EMPTY_TREE : known
  compare(head, earlier)
  while (head.size < size) {
    // Each batch is a read of its own, so that a long trail does not keep others waiting. Rows below `size` never change.
    const leaves = await store.read(tx => tx.trail.leafHashes(head.size, Math.min(BATCH, size - head.size)))
    if (leaves.length === 0)
      throw new PortalError('tampered', `The trail says it holds ${size} entries, but number ${head.size} is missing.`)
    for (const leaf of leaves) {
      head = appendLeaf(head, leaf)
      compare(head, earlier)
    }
  }
  return head
}

function compare(head: TreeHead, earlier: readonly (Checkpoint & { where: string })[]): void {
  for (const { size, rootHash, where } of earlier) {
    if (size === head.size && !sameHash(rootOf(head), rootHash)) {
      throw new PortalError(
        'tampered',
        `The first ${size} entries of the trail are not those that the checkpoint ${where} was signed for.`,
      )
    }
  }
}

function opened(note: string, key: Parameters<typeof openEarlierCheckpoint>[1], where: string): Checkpoint {
  try {
    return openEarlierCheckpoint(note, key)
  } catch (error) {
    if (!isPortalError(error)) throw error
    throw new PortalError('tampered', `The last checkpoint ${where} cannot be trusted. ${error.message}`)
  }
}

/** Another process may have signed a larger one meanwhile; checkpoints are kept in order of size, so ours is left out then. */
async function keep(store: Pick<Store, 'transaction'>, checkpoint: StoredCheckpoint): Promise<void> {
  await store.transaction(async tx => {
    const latest = await tx.trail.latestCheckpoint()
    if (latest === null || latest.size < checkpoint.size) await tx.trail.addCheckpoint(checkpoint)
  })
}
