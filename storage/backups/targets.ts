import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../sync-folder.ts'

/** A file of a backup, as it should be found again. */
export interface WrittenFile {
  name: string
  bytes: number
  /** SHA-256, hex. */
  sha256: string
}

/** A folder that could not be written, and why. What had reached it lacks the manifest, and is no backup. */
export interface Failure {
  folder: string
  reason: string
}

/**
 * Folders that all get the same files. One that fails is left behind, and the others go on: a full or unplugged disk must not cost the
 * backup on the other one.
 */
export class Targets {
  readonly failures: Failure[] = []
  #folders: string[]

  constructor(folders: readonly string[]) {
    this.#folders = [...folders]
  }

  /** Those that have got everything so far. */
  get folders(): readonly string[] {
    return this.#folders
  }

  /** Writes a file into every folder, waits until it is on the disk, and reads it back. */
  async write(name: string, content: AsyncIterable<Uint8Array>): Promise<WrittenFile> {
    const files = new Map<string, FileHandle>()
    await this.#each(async folder => files.set(folder, await open(join(folder, name), 'wx', 0o600)))
    const digest = createHash('sha256')
    let bytes = 0
    try {
      for await (const piece of content) {
        digest.update(piece)
        bytes += piece.length
        await this.#each(folder => files.get(folder)!.appendFile(piece))
        if (this.#folders.length === 0) break
      }
      await this.#each(folder => files.get(folder)!.sync())
    } finally {
      await Promise.all([...files.values()].map(file => file.close()))
    }
    const written = { name, bytes, sha256: digest.digest('hex') }
    await this.#each(async folder => {
      await syncFolder(folder)
      await requireFile(folder, written)
    })
    return written
  }

  async #each(step: (folder: string) => Promise<unknown>): Promise<void> {
    await Promise.all(
      this.#folders.map(folder =>
        step(folder).catch((error: unknown) => {
          this.failures.push({ folder, reason: error instanceof Error ? error.message : String(error) })
          this.#folders = this.#folders.filter(other => other !== folder)
        }),
      ),
    )
  }
}

/** @throws Error when the file is not there, or not what was written. */
export async function requireFile(folder: string, { name, bytes, sha256 }: WrittenFile): Promise<void> {
  const digest = createHash('sha256')
  let read = 0
  for await (const piece of createReadStream(join(folder, name))) {
    digest.update(piece as Buffer)
    read += (piece as Buffer).length
  }
  if (read !== bytes) throw new Error(`${name} has ${read} bytes instead of ${bytes}.`)
  if (digest.digest('hex') !== sha256) throw new Error(`${name} is not what was written: its digest differs.`)
}
