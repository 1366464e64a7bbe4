import type { FileHandle } from 'node:fs/promises'
import { PortalError } from '../../server/errors.ts'
import { HEAD_BYTES, type OpenChunk, sealIn } from './archive.ts'
import type { ArchiveIdentity } from './archive-keys.ts'
import { CHUNK_BYTES, TAG_BYTES } from './stream.ts'

const SEALED_BYTES = CHUNK_BYTES + TAG_BYTES

/** How many chunks came from each copy, in their order; what is damaged in all of them. */
export interface Mending {
  taken: number[]
  damaged: { chunk: number; from: number; to: number }[]
}

/**
 * Opens an archive of which there are several copies, each chunk from the first copy whose chunk verifies: what is damaged in one is taken
 * from another.
 *
 * @param bytes - length of the whole archive.
 * @param mending - is told which copies were used, while they are.
 * @throws PortalError `tampered` with the place of the first chunk that is damaged in every copy.
 */
export async function* openMended(
  copies: readonly FileHandle[],
  { bytes, name, identity }: { bytes: number; name: string; identity: ArchiveIdentity },
  mending: Mending,
): AsyncGenerator<Uint8Array> {
  const chunks = Math.max(1, Math.ceil((bytes - HEAD_BYTES) / SEALED_BYTES))
  const heads = await headsOf(copies, name, identity)
  mending.taken = copies.map(() => 0)
  for (let number = 0; number < chunks; number++) {
    const from = HEAD_BYTES + number * SEALED_BYTES
    const to = Math.min(bytes, from + SEALED_BYTES)
    const found = await firstWhole(copies, heads, { from, to, number, isLast: number === chunks - 1 })
    if (found === null) throw damagedEverywhere(name, number, from, to)
    mending.taken[found.copy]!++
    yield found.plaintext
  }
}

/** Looks at every chunk of one copy and goes on past what is damaged. */
export async function findDamagedChunks(
  copy: FileHandle,
  { bytes, name, identity }: { bytes: number; name: string; identity: ArchiveIdentity },
): Promise<Mending> {
  const mending: Mending = { taken: [0], damaged: [] }
  const chunks = Math.max(1, Math.ceil((bytes - HEAD_BYTES) / SEALED_BYTES))
  const heads = await headsOf([copy], name, identity)
  for (let number = 0; number < chunks; number++) {
    const from = HEAD_BYTES + number * SEALED_BYTES
    const to = Math.min(bytes, from + SEALED_BYTES)
    const found = await firstWhole([copy], heads, { from, to, number, isLast: number === chunks - 1 })
    if (found === null) mending.damaged.push({ chunk: number, from, to })
    else mending.taken[0]!++
  }
  return mending
}

/** Of each copy whose head can be read at all; a damaged one opens nothing, and another's is as good. */
async function headsOf(copies: readonly FileHandle[], name: string, identity: ArchiveIdentity): Promise<OpenChunk[]> {
  const heads: OpenChunk[] = []
  for (const copy of copies) {
    const head = await part(copy, 0, HEAD_BYTES)
    const open = head && unlessTampered(() => sealIn(head, name, identity))
    if (open) heads.push(open)
  }
  return heads
}

interface Wanted {
  from: number
  to: number
  number: number
  isLast: boolean
}

async function firstWhole(copies: readonly FileHandle[], heads: readonly OpenChunk[], wanted: Wanted) {
  const { from, to, number, isLast } = wanted
  for (const [copy, file] of copies.entries()) {
    const sealed = await part(file, from, to)
    if (sealed === null) continue
    for (const open of heads) {
      const plaintext = unlessTampered(() => open(sealed, number, isLast))
      if (plaintext !== null) return { copy, plaintext }
    }
  }
  return null
}

/** Null where the file ends before, or cannot be read: a bad place of a disk is as good as a missing one. */
async function part(file: FileHandle, from: number, to: number): Promise<Buffer | null> {
  const bytes = Buffer.alloc(to - from)
  try {
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
    return bytesRead === bytes.length ? bytes : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EIO') return null
    throw error
  }
}

function unlessTampered<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (error instanceof PortalError && error.code === 'tampered') return null
    throw error
  }
}

const damagedEverywhere = (name: string, chunk: number, from: number, to: number) =>
  new PortalError('tampered', `${name} is damaged in every copy, between byte ${from} and byte ${to} (chunk ${chunk}).`)
