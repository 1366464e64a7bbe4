import type { ObjectFindings } from '../server/staged-file.ts'
import type { Instant } from '../server/time.ts'
import { isOwnPlace, OWNER_MARK } from './part-owner.ts'
import type { PartStore } from './part-stores/part-store.ts'
import type { StoredObjectRow } from './schema.ts'
import { SEALED_CHUNK_BYTES } from './sealing/sealed-object.ts'
import { CHUNK_BYTES, chunkCount } from './sealing/stream.ts'
import type { Write } from './staged-files.ts'
import { storedObjects } from './stored-objects.ts'

/** How the sweep reaches both sides. */
interface Sides {
  read: Write
  write: Write
  store: PartStore
}

/** Rows or names that are looked at in one go. */
const BATCH = 200

/** Removes objects that nothing opens any more, and then their rows: whichever step is the last, the next sweep goes on from there. */
export async function removeDiscarded({ read, write, store }: Sides, limit: number): Promise<number> {
  const ids = await read(own => storedObjects(own).discarded(limit))
  if (ids.length === 0 || !(await isOwnPlace({ read, store }))) return 0
  let removed = 0
  for (const id of ids) {
    if (await read(own => storedObjects(own).isShown(id))) continue
    await store.remove(id)
    await write(own => storedObjects(own).forget(id))
    removed++
  }
  return removed
}

/** Every object has its row, every row that attachments need has its object. */
export async function checkObjects(sides: Sides, before: Instant): Promise<ObjectFindings> {
  const isShared = !(await isOwnPlace(sides))
  const unnamed = isShared ? 0 : await removeUnnamed(sides, before)
  const { discarded, missing } = await checkRows(sides)
  return { removed: unnamed + discarded, missing, isShared }
}

/**
 * The row of an object is there before the object and goes after it, so one without a row has lost it: the database was put back to an
 * earlier day. Young ones are left, for whoever put back the wrong day and goes on with the right one.
 */
async function removeUnnamed({ read, store }: Sides, before: Instant): Promise<number> {
  let removed = 0
  let names: string[] = []
  const removeUnknown = async () => {
    const known = await read(own => storedObjects(own).known(names))
    for (const name of names.filter(one => !known.has(one))) {
      await store.remove(name)
      removed++
    }
    names = []
  }
  for await (const { name, changedAt } of store.list()) {
    if (changedAt < before && name !== OWNER_MARK) names.push(name)
    if (names.length === BATCH) await removeUnknown()
  }
  await removeUnknown()
  return removed
}

async function checkRows({ read, write, store }: Sides): Promise<{ discarded: number; missing: string[] }> {
  const missing: string[] = []
  let discarded = 0
  for (let after = ''; ; ) {
    const rows = await read(own => storedObjects(own).after(after, BATCH))
    for (const row of rows.filter(one => one.state === 'kept')) {
      if (await read(own => storedObjects(own).isShown(row.id))) {
        if ((await store.size(row.id)) !== sealedSize(row)) missing.push(row.id)
      } else if (await write(own => storedObjects(own).discard(row.id))) discarded++
    }
    const last = rows.at(-1)
    if (last === undefined) return { discarded, missing }
    after = last.id
  }
}

/** Bytes of an object whose content is all there. */
export const sealedSize = ({ size }: StoredObjectRow): number =>
  (size ?? 0) + chunkCount(size ?? 0) * (SEALED_CHUNK_BYTES - CHUNK_BYTES)
