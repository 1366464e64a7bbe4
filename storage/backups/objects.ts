import { PortalError } from '../../server/errors.ts'
import type { Engine, Snapshot } from '../engines/engine.ts'
import type { PartStore } from '../part-stores/part-store.ts'
import { sealedSize } from '../part-sweep.ts'
import type { StoredObjectRow } from '../schema.ts'
import type { Frame } from './frames.ts'

/** Where objects are, and where it stands today which of them are needed. */
interface Sides {
  engine: Engine
  store: PartStore
}

/**
 * Objects of the part store, in pieces as they are sealed. Where one is not, `object is gone` says so, and restoring passes its file over:
 * it was destroyed after the moment the backup was begun at, and its end is in the trail; or it is lost.
 *
 * @param lost - gets the names of those that should be there: a message still shows them.
 */
export async function* dumpObjects(state: Snapshot, sides: Sides, lost: string[]): AsyncGenerator<Frame> {
  const drafted = new Set<string>()
  for await (const rows of state.rows('draft_files')) for (const row of rows) drafted.add(String(row.stored_object))
  for await (const rows of state.rows('stored_objects')) {
    for (const row of rows as unknown as StoredObjectRow[]) {
      if (row.state !== 'kept' && !drafted.has(row.id)) continue
      const isGone = yield* dumpObject(row, sides.store)
      if (isGone && (await isShown(sides.engine, row.id))) lost.push(row.id)
    }
  }
  yield ['end of objects']
}

/** @returns whether it is gone, or not whole. */
async function* dumpObject(row: StoredObjectRow, store: PartStore): AsyncGenerator<Frame, boolean> {
  const size = await store.size(row.id)
  if (size === null || size !== sealedSize(row)) {
    yield ['object is gone', row.id]
    return true
  }
  yield ['object', row.id]
  try {
    for await (const piece of store.read(row.id, 0, size)) yield ['piece', piece]
    yield ['end of object', size]
    return false
  } catch (error) {
    if (!(error instanceof PortalError) || error.code !== 'gone') throw error
    yield ['object is gone', row.id]
    return true
  }
}

const isShown = (engine: Engine, id: string): Promise<boolean> =>
  engine.read(async db => {
    const shown = db.selectFrom('attachments').select('id').where('stored_object', '=', id).limit(1)
    return (await shown.executeTakeFirst()) !== undefined
  })
