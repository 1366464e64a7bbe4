import { isPortalError, PortalError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Store } from '../store.ts'
import { openEarlierCheckpoint, parseVerifierKey, verifierKey } from './checkpoint.ts'
import { decodeEntry } from './entry.ts'
import { leafHash, sameHash } from './tree.ts'

/**
 * Looks at the last entries as they lie in the database: there, in order, in form, and hashed as they read. For a quick look at start;
 * the whole trail is verified from an export.
 *
 * @returns how many were looked at.
 * @throws PortalError `tampered` with the number of the first entry that is wrong.
 */
export async function checkTail(store: Pick<Store, 'read'>, count: number): Promise<number> {
  const { size, rows } = await store.read(async tx => {
    const { size } = await tx.trail.head()
    return { size, rows: await tx.trail.entries(Math.max(0, size - count), count) }
  })
  const first = Math.max(0, size - count)
  if (rows.length !== size - first) {
    throw new PortalError(
      'tampered',
      `The trail says it holds ${size} entries, but some of the last ${size - first} are missing.`,
    )
  }
  for (const [i, row] of rows.entries()) {
    const entry = decodeEntry(row.bytes)
    const isWhole = row.index === first + i && entry.index === row.index && sameHash(leafHash(row.bytes), row.leafHash)
    if (!isWhole) throw new PortalError('tampered', `Entry ${first + i} of the trail is not what was written.`)
  }
  return rows.length
}

/**
 * A look before anything is served or written: whether the trail reaches as far as it was signed, and whether its last entries are
 * whole. An older copy of the database, or another one, is refused here with its reason; every entry is compared by the first
 * checkpoint after it.
 *
 * @throws PortalError `tampered`.
 */
export async function checkAtStart({
  store,
  settings,
  checkpointHistory,
}: Pick<Parts, 'store' | 'settings' | 'checkpointHistory'>): Promise<void> {
  const noted = await checkpointHistory.latest()
  const signed = noted === null ? 0 : sizeOf(noted, keyOf(settings.trailName, store))
  const { size } = await store.read(tx => tx.trail.head())
  if (size < signed) {
    const reason = `The trail holds ${size} entries, but its checkpoint history knows of ${signed}`
    throw new PortalError('tampered', `${reason}: entries were removed, or an older copy of the database was put back.`)
  }
  await checkTail(store, LOOKED_AT)
}

function sizeOf(noted: string, key: ReturnType<typeof keyOf>): number {
  try {
    return openEarlierCheckpoint(noted, key).size
  } catch (error) {
    if (!isPortalError(error)) throw error
    const consequence = 'This is not the database it belongs to, or one of the two was changed.'
    throw new PortalError(
      'tampered',
      `The last checkpoint in the checkpoint history does not fit. ${error.message} ${consequence}`,
    )
  }
}

/** As many as are read and verified in a few milliseconds. */
const LOOKED_AT = 1_000

const keyOf = (name: string, { signer }: Pick<Store, 'signer'>) => parseVerifierKey(verifierKey(name, signer.publicKey))
