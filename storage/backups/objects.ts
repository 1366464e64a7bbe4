import { PortalError } from '../../server/errors.ts'
import type { Snapshot } from '../engines/engine.ts'
import type { PartStore } from '../part-stores/part-store.ts'
import type { Frame } from './frames.ts'

/**
 * Objects of the part store, in pieces as they are sealed. One that is gone was destroyed after the moment the backup was begun at, and
 * its end is in the trail: restoring brings its message to the same end.
 */
export async function* dumpObjects(state: Snapshot, store: PartStore): AsyncGenerator<Frame> {
  for await (const rows of state.rows('stored_objects')) {
    for (const { id, state } of rows) if (state === 'kept') yield* dumpObject(String(id), store)
  }
  yield ['end of objects']
}

async function* dumpObject(id: string, store: PartStore): AsyncGenerator<Frame> {
  const size = await store.size(id)
  if (size === null) return
  yield ['object', id]
  try {
    for await (const piece of store.read(id, 0, size)) yield ['piece', piece]
    yield ['end of object', size]
  } catch (error) {
    if (!(error instanceof PortalError) || error.code !== 'gone') throw error
    yield ['object is gone']
  }
}
