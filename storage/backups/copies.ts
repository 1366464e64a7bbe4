import { type FileHandle, open } from 'node:fs/promises'
import { type ArchiveIdentity, parseArchiveIdentity } from '../sealing/archive-keys.ts'
import { findDamagedChunks, type Mending, openMended } from '../sealing/mended-archive.ts'
import { type Frame, toFrames } from './frames.ts'

/** One half of a backup, in one or several copies that were written alike. */
export interface ArchiveCopies {
  /** What is damaged in one is taken from the next. */
  paths: readonly string[]
  /** Under which it is sealed. */
  name: string
  /** Length of each copy, as the manifest says. */
  bytes: number
  /** Is told how many chunks came from which copy. */
  onRead?: ((taken: readonly number[]) => void) | undefined
}

/** The frames of a half; each chunk is verified before any of it is handed on. Closes the files, however it ends. */
export async function* framesOf({ paths, onRead, ...archive }: ArchiveCopies, identity: ArchiveIdentity): AsyncGenerator<Frame> {
  const copies: FileHandle[] = []
  const mending: Mending = { taken: [], damaged: [] }
  try {
    for (const path of paths) copies.push(await open(path))
    yield* toFrames(openMended(copies, { ...archive, identity }, mending))
    onRead?.(mending.taken)
  } finally {
    for (const copy of copies) await copy.close()
  }
}

/** Where a copy is damaged: of which byte to before which; empty when all of it opens. */
export async function damageOf(path: string, { name, bytes }: Pick<ArchiveCopies, 'name' | 'bytes'>, identity: string) {
  const copy = await open(path)
  try {
    return (await findDamagedChunks(copy, { name, bytes, identity: parseArchiveIdentity(identity) })).damaged.map(
      ({ from, to }) => ({ from, to }),
    )
  } finally {
    await copy.close()
  }
}
