import { createHash, randomBytes } from 'node:crypto'
import { PortalError } from '../server/errors.ts'
import type { NewStagedFile, StagedFile, StagedFiles } from '../server/staged-file.ts'
import type { PartStore } from './part-stores/part-store.ts'
import type { StoredObjectRow } from './schema.ts'
import { ObjectSecret } from './sealing/sealed-object.ts'
import { stagedPlace, storedObjects } from './stored-objects.ts'
import type { Work } from './work.ts'

/** What is sealed of a staged file beside its content. */
type File = Pick<StagedFile, 'name' | 'type' | 'digest'>

export function stagedFiles(work: Work): StagedFiles {
  const objects = storedObjects(work)
  return {
    async find(id) {
      const row = await objects.find(id)
      if (row === null || row.state !== 'staged' || row.size === null) return null
      const file = await work.parts.get<File>(stagedPlace(row.organization, id, 'file'))
      return { id, ...file, size: row.size, by: senderOf(row) }
    },

    async claim(id) {
      if (!(await objects.keep(id))) throw noLongerStaged()
    },

    discard: objects.discard,
    abandoned: objects.abandoned,
  }
}

const senderOf = ({ staged_by_kind: kind, staged_by: id, organization }: StoredObjectRow) => ({ kind, id, organization })

export const noLongerStaged = () =>
  new PortalError('conflict', 'A file of this deposit is not here any more. Please send all of it again.')

/** How the portal writes: in a transaction of its own, durable when it resolves. */
export type Write = <T>(work: (own: Work) => Promise<T>) => Promise<T>

/**
 * Seals a file into the part store while it comes. Its row is durable before the first byte is written and says `staged` until a deposit
 * claims it, so that whatever happens in between, the sweep finds what was left.
 */
export async function stageFile(
  { write, store }: { write: Write; store: PartStore },
  { name, type, by, at }: NewStagedFile,
  content: AsyncIterable<Uint8Array>,
): Promise<StagedFile> {
  const id = randomBytes(24).toString('base64url')
  const { kind, id: sender, organization } = by
  const row = { id, organization, staged_by_kind: kind, staged_by: sender, state: 'staged' as const, created_at: at }
  await write(own => storedObjects(own).add({ ...row, size: null }))
  const secret = ObjectSecret.fresh()
  try {
    const digest = createHash('sha256')
    await store.put(id, secret.sealing(noted(content, digest), { organization, object: id }))
    const file: File = { name, type, digest: digest.digest('base64url') }
    await write(own => complete(own, id, secret, file))
    return { id, ...file, size: secret.size, by }
  } catch (error) {
    // Whoever waits is told at once. What cannot be removed now, the sweep removes.
    await removeStaged({ write, store }, id).catch(() => undefined)
    throw error
  } finally {
    secret.close()
  }
}

async function complete(own: Work, id: string, secret: ObjectSecret, file: File): Promise<void> {
  const objects = storedObjects(own)
  const row = await objects.find(id)
  if (row === null || row.state !== 'staged' || !(await objects.change(row, { size: secret.size }))) throw noLongerStaged()
  await own.parts.add(stagedPlace(row.organization, id, 'file'), file)
  const place = stagedPlace(row.organization, id, 'object')
  await own.parts.addSealed(place, wrapping => secret.seal(place, wrapping))
}

/** Keys first, then the object, then the row that names it. */
async function removeStaged({ write, store }: { write: Write; store: PartStore }, id: string): Promise<void> {
  await write(own => storedObjects(own).discard(id))
  await store.remove(id)
  await write(own => storedObjects(own).forget(id))
}

async function* noted(content: AsyncIterable<Uint8Array>, digest: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    digest.update(piece)
    yield piece
  }
}
