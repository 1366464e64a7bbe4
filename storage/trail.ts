import type { StoredCheckpoint, TrailRow, TrailStore } from '../server/trail/store.ts'
import type { CheckpointRow, TrailEntryRow } from './schema.ts'
import { tampered } from './sealing/refusal.ts'
import type { Work } from './work.ts'

const HASH_BYTES = 32

export function trail({ db, rows }: Work): TrailStore {
  const opened = (row: TrailEntryRow): TrailRow => {
    const { mac: _, number, leaf_hash, ...entry } = rows.check('trail_entries', row)
    return { ...entry, index: number, leafHash: leaf_hash }
  }

  return {
    async head() {
      // Only one transaction writes at a time, so nothing else can move the head before this one ends.
      const { size, edge } = await db.selectFrom('trail_head').selectAll().where('id', '=', 1).executeTakeFirstOrThrow()
      if (edge.length !== oneBits(size) * HASH_BYTES) throw tampered()
      const hashes = Array.from({ length: edge.length / HASH_BYTES }, (_, at) =>
        edge.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
      )
      return { size, edge: hashes }
    },

    async append({ index, leafHash, ...entry }, head) {
      const row = rows.sign('trail_entries', { ...entry, number: index, leaf_hash: leafHash })
      await db.insertInto('trail_entries').values(row).execute()
      const moved = db
        .updateTable('trail_head')
        .set({ size: head.size, edge: Buffer.concat(head.edge) })
        .where('id', '=', 1)
      const result = await moved.where('size', '=', index).executeTakeFirst()
      if (result.numUpdatedRows !== 1n || head.size !== index + 1)
        throw new Error('An entry goes to the end of the trail, one at a time.')
    },

    async entries(from, limit) {
      const found = db.selectFrom('trail_entries').selectAll().where('number', '>=', from).orderBy('number').limit(limit)
      return (await found.execute()).map(opened)
    },

    async entry(index) {
      const row = await db.selectFrom('trail_entries').selectAll().where('number', '=', index).executeTakeFirst()
      return row ? opened(row) : null
    },

    async list(organization, { object, actor, action }, { before, limit }) {
      let found = db.selectFrom('trail_entries').selectAll().where('organization', '=', organization)
      if (object !== undefined) found = found.where('object', '=', object)
      if (actor !== undefined) found = found.where('actor', '=', actor)
      if (action !== undefined) found = found.where('action', '=', action)
      if (before !== undefined) found = found.where('number', '<', before)
      return (await found.orderBy('number', 'desc').limit(limit).execute()).map(opened)
    },

    async leafHashes(from, limit) {
      // Whole rows, each verified: messages are told from older copies by the columns beside the hash.
      const found = db.selectFrom('trail_entries').selectAll().where('number', '>=', from).orderBy('number').limit(limit)
      return (await found.execute()).map(row => opened(row).leafHash)
    },

    async addCheckpoint({ size, rootHash, note, at }) {
      await db.insertInto('checkpoints').values({ size, root_hash: rootHash, note, at }).execute()
    },

    async latestCheckpoint() {
      const row = await db.selectFrom('checkpoints').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst()
      return row ? toCheckpoint(row) : null
    },

    async checkpoints() {
      return (await db.selectFrom('checkpoints').selectAll().orderBy('size').execute()).map(toCheckpoint)
    },
  }
}

/** As many full subtrees stand along the right edge as the size has one-bits. */
function oneBits(size: number): number {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}

const toCheckpoint = ({ size, root_hash, note, at }: CheckpointRow): StoredCheckpoint => ({ size, rootHash: root_hash, note, at })
