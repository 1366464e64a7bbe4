import { PortalError } from '../../server/errors.ts'
import { attachmentContent } from '../attachment-content.ts'
import type { Engine } from '../engines/engine.ts'
import type { PartStore } from '../part-stores/part-store.ts'
import { sealedSize } from '../part-sweep.ts'
import type { StoredObjectRow } from '../schema.ts'
import type { Looked } from './check.ts'
import { LOST_FILE } from './damage.ts'
import type { Frame } from './frames.ts'
import { type Looking, rowName } from './looking.ts'

/** Where it stands today which of the objects are needed. */
interface Today {
  engine: Engine
}

/**
 * Objects of the part store, in pieces as they are sealed; what passes is opened as its readers would. Where one is not, `object is gone`
 * says so, and restoring passes its file over: it was destroyed after the moment the backup was begun at, and its end is in the trail; or
 * it is lost.
 *
 * @param looking - is told of those that should be there, as a message still shows them, and of those that do not verify.
 */
export async function* dumpObjects(looked: Looked, { engine }: Today, looking: Looking): AsyncGenerator<Frame> {
  const drafted = new Set<string>()
  for await (const rows of looked.state.rows('draft_files')) for (const row of rows) drafted.add(String(row.stored_object))
  for await (const rows of looked.state.rows('stored_objects')) {
    for (const row of rows as unknown as StoredObjectRow[]) {
      if (row.state !== 'kept' && !drafted.has(row.id)) continue
      const isGone = yield* dumpObject(row, looked, looking)
      if (isGone && (await attachmentWith(engine, row.id)) !== undefined)
        looking.tell({ table: LOST_FILE, row: rowName({ id: row.id }) })
    }
  }
  yield ['end of objects']
}

/** @returns whether it is gone, or not whole. */
async function* dumpObject(row: StoredObjectRow, looked: Looked, looking: Looking): AsyncGenerator<Frame, boolean> {
  const { store } = looked
  const size = await sizeOf(row, store)
  if (size === null || size !== sealedSize(row)) {
    yield ['object is gone', row.id]
    return true
  }
  yield ['object', row.id]
  try {
    const written = yield* verified(row, looked, looking)
    for await (const piece of written < size ? store.read(row.id, written, size) : []) yield ['piece', piece]
    yield ['end of object', size]
    return false
  } catch (error) {
    if (!(error instanceof PortalError) || error.code !== 'gone') throw error
    yield ['object is gone', row.id]
    return true
  }
}

/** A name that was changed is none that a store knows. */
async function sizeOf({ id }: StoredObjectRow, store: PartStore): Promise<number | null> {
  try {
    return await store.size(id)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** The pieces up to the first that does not open, and nothing of an object that no attachment shows. @returns bytes handed on */
async function* verified(
  { id }: StoredObjectRow,
  { state, keys, store }: Looked,
  looking: Looking,
): AsyncGenerator<Frame, number> {
  const attachment = await attachmentWith(state, id)
  if (attachment === undefined) return 0
  const passing: Uint8Array[] = []
  const seen: Pick<PartStore, 'read'> = {
    async *read(name, from, to) {
      for await (const piece of store.read(name, from, to)) {
        // A copy: whoever read it may use its memory again.
        passing.push(Buffer.from(piece))
        yield piece
      }
    },
  }
  const content = attachmentContent({ engine: state, keys, store: seen }, { id: attachment })[Symbol.asyncIterator]()
  let written = 0
  for (let isOpen = true; isOpen; ) {
    // Each piece may hold several chunks, or a part of one.
    await looking.at({ table: 'attachments', row: rowName({ id: attachment }) }, async () => {
      isOpen = false
      const next = await content.next()
      if (next.done) return
      next.value.fill(0)
      isOpen = true
    })
    for (const piece of passing.splice(0)) {
      written += piece.length
      yield ['piece', piece]
    }
  }
  await content.return?.(undefined)
  return written
}

const attachmentWith = (engine: Pick<Engine, 'read'>, id: string): Promise<string | undefined> =>
  engine.read(async db => {
    const shown = db.selectFrom('attachments').select('id').where('stored_object', '=', id).limit(1)
    return (await shown.executeTakeFirst())?.id
  })
