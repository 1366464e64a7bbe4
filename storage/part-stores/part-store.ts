import { randomBytes } from 'node:crypto'
import { PortalError } from '../../server/errors.ts'
import type { Instant } from '../../server/time.ts'

/**
 * Where the sealed content of large attachments lies, outside the database: one object for each, under a random name that tells nothing.
 * It holds ciphertext alone; which object belongs to what, and how it is opened, stands in the database.
 *
 * The database names an object before its first byte is written here, and forgets it after its last byte is gone: so nothing can lie
 * here that cannot be found again.
 */
export interface PartStore {
  /**
   * Keeps an object, no faster than it can be written. Durable when it resolves: it survives a power cut. Whatever fails, no half of
   * it can be read afterwards. What `content` hands out is given away: it is empty once it has been written.
   *
   * @throws PortalError `no_space` when there is no room for it; `unavailable` when the store cannot be written; and whatever `content` throws.
   */
  put(name: string, content: AsyncIterable<Uint8Array>): Promise<void>

  /**
   * Bytes of an object, from `from` to before `to`, in pieces of any size, each of which is good until the next is asked for. Closes what
   * it holds when the reader leaves.
   *
   * @throws PortalError `gone` when there is no such object, `unavailable` when the store cannot be read.
   */
  read(name: string, from: number, to: number): AsyncIterable<Uint8Array>

  /** Its length in bytes; null when there is no such object. @throws PortalError `unavailable` */
  size(name: string): Promise<number | null>

  /** Removes an object, and whatever a broken-off {@link put} left of it. Not being there is as good. @throws PortalError `unavailable` */
  remove(name: string): Promise<void>

  /** Everything that lies here, what broke off too, in any order. @throws PortalError `unavailable` */
  list(): AsyncIterable<StoredObject>
}

export interface StoredObject {
  name: string
  /** By the store's own clock. */
  changedAt: Instant
}

/** Which store, as it was set. */
export type PartStorePlace =
  | { kind: 'directory'; folder: string }
  | {
      kind: 'bucket'
      /** Where the service is, without the bucket: `https://s3.example.com`. */
      endpoint: string
      bucket: string
      region: string
      accessKeyId: string
      secretAccessKey: string
    }

/** Opens a store, for what belongs to one database alone: `area` is the same whenever this database is opened, and no other's. */
export type OpenPartStore = (area: string) => PartStore

/** Does once what the portal does with files; of an object that was left behind, the sweep finds that nobody names it. */
export async function tryPartStore(store: PartStore): Promise<void> {
  const name = randomBytes(24).toString('base64url')
  const bytes = randomBytes(16)
  try {
    await store.put(name, inOnePiece(bytes))
    const read: Uint8Array[] = []
    for await (const piece of store.read(name, 0, bytes.length)) read.push(Buffer.from(piece))
    if (!Buffer.concat(read).equals(bytes)) throw storeUnavailable()
  } catch (error) {
    // What went wrong first is what tells.
    await store.remove(name).catch(() => undefined)
    throw error
  }
  await store.remove(name)
}

/** A copy: what is written is given away. */
async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(bytes)
}

/** What every store refuses in the same words. */
export const objectGone = () => new PortalError('gone', 'This attachment is no longer kept.')
export const noSpace = () => new PortalError('no_space', 'There is no room left for files. Nothing of this was kept.')
export const storeUnavailable = () =>
  new PortalError('unavailable', 'Files cannot be kept or read at the moment.', { retryAfterSeconds: 5 })
