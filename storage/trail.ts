import type { Kysely } from 'kysely'
import type { StoredCheckpoint, TrailRow, TrailStore } from '../server/trail/store.ts'
import { prepared } from './prepared.ts'
import type { CheckpointRow, Database, TrailEntryRow } from './schema.ts'
import type { Work } from './work.ts'

export function trail({ db, rows, ends, entries }: Work): TrailStore {
  const opened = (row: TrailEntryRow): TrailRow => {
    const { number, at, organization, actor, action, object, revision, bytes, leaf_hash } = rows.check('trail_entries', row)
    return { index: number, at, organization, actor, action, object, revision, bytes, leafHash: leaf_hash }
  }

  const numbersOfAll = (objects: readonly string[]) =>
    db.selectFrom('trail_entries').select('number').where('object', 'in', objects)

  const numbersOfMailbox = (recipient: string, newest: number) => {
    const own = db.selectFrom('messages').select(['id', 'deposit']).where('recipient', '=', recipient)
    const latest = own.orderBy('id', 'desc').limit(newest).as('latest')
    const of = (column: 'id' | 'deposit') =>
      db
        .selectFrom('trail_entries')
        .select('number')
        .where('object', 'in', db.selectFrom(latest).select(`latest.${column}`))
    return of('id').unionAll(of('deposit')).unionAll(numbersOf(db, recipient))
  }

  return {
    head: () => ends.trail(),

    append: ({ index, leafHash, ...entry }, head) =>
      entries.add(rows.sign('trail_entries', { ...entry, number: index, leaf_hash: leafHash }), head),

    async entries(from, limit) {
      await entries.flush()
      const found = db.selectFrom('trail_entries').selectAll().where('number', '>=', from).orderBy('number').limit(limit)
      return (await found.execute()).map(opened)
    },

    async entry(index) {
      await entries.flush()
      const row = await db.selectFrom('trail_entries').selectAll().where('number', '=', index).executeTakeFirst()
      return row ? opened(row) : null
    },

    async list(organization, { object, actor, action }, { before, limit }) {
      await entries.flush()
      return (await listed(db, asked({ organization, object, actor, action, before, limit }))).rows.map(opened)
    },

    async about(about, { actions, notBy }, { before, limit }) {
      // Not every database knows a list of nothing.
      if ('objects' in about && about.objects.length === 0) return []
      await entries.flush()
      const numbers = 'objects' in about ? numbersOfAll(about.objects) : numbersOfMailbox(about.recipient, about.newest)
      let found = db.selectFrom('trail_entries').selectAll().where('number', 'in', numbers).where('action', 'in', actions)
      if (notBy !== undefined) found = found.where('actor', '!=', notBy)
      if (before !== undefined) found = found.where('number', '<', before)
      return (await found.orderBy('number', 'desc').limit(limit).execute()).map(opened)
    },

    async newestOf(object) {
      await entries.flush()
      const revised = db.selectFrom('trail_entries').selectAll().where('object', '=', object).where('revision', 'is not', null)
      const row = await revised.orderBy('revision', 'desc').limit(1).executeTakeFirst()
      return row ? opened(row) : null
    },

    async among(actions, { from, to, limit }) {
      await entries.flush()
      const span = db.selectFrom('trail_entries').selectAll().where('number', '>=', from).where('number', '<', to)
      return (await span.where('action', 'in', actions).orderBy('number').limit(limit).execute()).map(opened)
    },

    async leafHashes(from, limit) {
      await entries.flush()
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

const numbersOf = (db: Kysely<Database>, object: string) =>
  db.selectFrom('trail_entries').select('number').where('object', '=', object)

/** What a search is for. What it is not for is left out altogether, as each kind of search is a statement of its own. */
interface Asked {
  organization: string
  object?: string
  actor?: string
  action?: string
  before?: number
  limit: number
}

const listed = prepared((db, { organization, object, actor, action, before, limit }: Asked) => {
  let found = db.selectFrom('trail_entries').selectAll().where('organization', '=', organization)
  // What was done to one object is little, and found by it; the order of the trail must not be searched for it.
  if (object !== undefined) found = found.where('number', 'in', numbersOf(db, object))
  if (actor !== undefined) found = found.where('actor', '=', actor)
  if (action !== undefined) found = found.where('action', '=', action)
  if (before !== undefined) found = found.where('number', '<', before)
  return found.orderBy('number', 'desc').limit(limit)
})

const asked = (all: { [Name in keyof Asked]: Asked[Name] | undefined }): Asked =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as Asked

const toCheckpoint = ({ size, root_hash, note, at }: CheckpointRow): StoredCheckpoint => ({ size, rootHash: root_hash, note, at })
