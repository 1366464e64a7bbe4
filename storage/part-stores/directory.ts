import { type FileHandle, mkdir, open, opendir, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SEALED_CHUNK_BYTES } from '../sealing/sealed-object.ts'
import { letGo } from '../spent-bytes.ts'
import { syncFolder } from '../sync-folder.ts'
import { noSpace, objectGone, type PartStore, type StoredObject, storeUnavailable } from './part-store.ts'

/** What is written in one go: enough that a disk is asked seldom, little enough that many uploads fit in memory. */
const WRITTEN_AT_ONCE = 512 * 1024
/** Four sealed chunks, so that none has to be put together from two pieces. */
const READ_AT_ONCE = 4 * SEALED_CHUNK_BYTES

/** Only the account that the portal runs under. */
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

/** Names are made by the portal; anything else must not reach a path. */
const NAME = /^[\w-]{16,64}$/

/**
 * Objects as files: `<folder>/<area>/<first two characters>/<name>`. Each is written under another name first, and appears under its own
 * when its content is on the disk.
 */
export class DirectoryStore implements PartStore {
  readonly #folder: string

  constructor(folder: string, area: string) {
    this.#folder = join(folder, area)
  }

  async put(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const { unfinished, finished } = this.#paths(name)
    await inWords(async () => {
      await makeFolder(dirname(unfinished))
      await makeFolder(dirname(finished))
    })
    try {
      await this.#write(unfinished, content)
      await inWords(() => rename(unfinished, finished))
      await inWords(() => syncFolder(dirname(finished)))
    } catch (error) {
      // What cannot be cleared away now is found by the sweep: the database names it.
      await unlink(unfinished).catch(() => undefined)
      throw error
    }
  }

  async *read(name: string, from: number, to: number): AsyncGenerator<Uint8Array> {
    const file = await unlessMissing(() => open(this.#paths(name).finished, 'r'))
    if (file === null) throw objectGone()
    try {
      const piece = Buffer.allocUnsafeSlow(Math.min(READ_AT_ONCE, to - from))
      for (let at = from; at < to; ) {
        const { bytesRead } = await inWords(() => file.read(piece, 0, Math.min(piece.length, to - at), at))
        if (bytesRead === 0) return
        at += bytesRead
        yield piece.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  }

  async size(name: string): Promise<number | null> {
    return unlessMissing(async () => (await stat(this.#paths(name).finished)).size)
  }

  async remove(name: string): Promise<void> {
    const { unfinished, finished } = this.#paths(name)
    for (const path of [unfinished, finished]) await unlessMissing(() => unlink(path))
  }

  async *list(): AsyncGenerator<StoredObject> {
    for await (const { name: folder } of entries(this.#folder)) {
      for await (const { name } of entries(join(this.#folder, folder))) {
        const changedAt = await unlessMissing(async () => (await stat(join(this.#folder, folder, name))).mtimeMs)
        if (changedAt !== null && NAME.test(name)) yield { name, changedAt: Math.floor(changedAt) }
      }
    }
  }

  async #write(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    // Over what a restore that was killed may have left: nobody else writes an object of this name.
    const file = await inWords(() => open(path, 'w', FILE_MODE))
    try {
      for await (const pieces of inBatches(content)) {
        await inWords(() => writeAll(file, pieces))
        pieces.forEach(letGo)
      }
      await inWords(() => file.datasync())
    } finally {
      await file.close()
    }
  }

  #paths(name: string) {
    if (!NAME.test(name)) throw new RangeError('This is no name of an object.')
    return { unfinished: join(this.#folder, 'unfinished', name), finished: join(this.#folder, name.slice(0, 2), name) }
  }
}

/** Small pieces are collected without being copied. */
async function* inBatches(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of content) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes < WRITTEN_AT_ONCE) continue
    yield pieces
    pieces = []
    bytes = 0
  }
  if (pieces.length > 0) yield pieces
}

async function writeAll(file: FileHandle, pieces: Uint8Array[]): Promise<void> {
  const wanted = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const { bytesWritten } = await file.writev(pieces)
  // A disk that fills up takes the beginning first, and refuses what is left of it.
  if (bytesWritten < wanted) await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten))
}

/** A folder that is new is on the disk once the folder it stands in is. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: FOLDER_MODE })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

async function* entries(folder: string) {
  const opened = await unlessMissing(() => opendir(folder))
  if (opened !== null) yield* opened
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** Null when there is no such file. */
async function unlessMissing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (isMissing(error)) return null
    throw inPortalsWords(error)
  }
}

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw inPortalsWords(error)
  }
}

// EFBIG: a limit on the size of files, set for the process or by the file system.
const NO_SPACE = new Set<unknown>(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** What the file system answered, as a refusal; any other error stays what it is. */
function inPortalsWords(error: unknown): unknown {
  const code = codeOf(error)
  if (NO_SPACE.has(code)) return noSpace()
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? storeUnavailable() : error
}
