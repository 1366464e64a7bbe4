import type { Hold, Holds } from '../server/hold.ts'
import { inBatches } from './batches.ts'
import type { HoldRow } from './schema.ts'
import type { Work } from './work.ts'

export function holds({ db, parts, rows }: Work): Holds {
  const opened = async (row: HoldRow): Promise<Hold> => {
    const { id, organization, object, placed_at, released_at } = rows.check('holds', row)
    return { id, organization, object, reason: await parts.get<string>(place(row)), placedAt: placed_at, releasedAt: released_at }
  }
  const rowOf = async (id: string) => db.selectFrom('holds').selectAll().where('id', '=', id).executeTakeFirst()

  return {
    async add({ id, organization, object, reason, placedAt }) {
      const row = rows.sign('holds', { id, organization, object, placed_at: placedAt, released_at: null })
      await db.insertInto('holds').values(row).execute()
      await parts.add(place(row), reason)
    },

    async find(id) {
      const row = await rowOf(id)
      return row ? opened(row) : null
    },

    async release(id, at) {
      const row = await rowOf(id)
      if (!row || row.released_at !== null) return false
      const released = rows.sign('holds', { ...rows.check('holds', row), released_at: at })
      const open = db.updateTable('holds').set(released).where('id', '=', id).where('released_at', 'is', null)
      return (await open.executeTakeFirst()).numUpdatedRows === 1n
    },

    async list(organization) {
      const found = await db
        .selectFrom('holds')
        .selectAll()
        .where('organization', '=', organization)
        .orderBy('id', 'desc')
        .execute()
      const all: Hold[] = []
      for (const row of found) all.push(await opened(row))
      return all
    },

    async covering(messages) {
      const objectsOf = ({ organization, id, deposit, thread, recipient }: (typeof messages)[number]) =>
        [organization, id, deposit, thread, recipient] as const
      const objects = [...new Set(messages.flatMap(objectsOf))]
      // A hold that was released is looked at, too: who can write to the database must not be able to release one without the key.
      const found = await inBatches(objects, some => db.selectFrom('holds').selectAll().where('object', 'in', some).execute())
      const held = new Set(found.filter(row => rows.check('holds', row).released_at === null).map(row => row.object))
      return new Set(messages.filter(message => objectsOf(message).some(object => held.has(object))).map(({ id }) => id))
    },
  }
}

const place = ({ id, organization }: Pick<HoldRow, 'id' | 'organization'>) => ({
  ...{ organization, owner: id, recipient: '', part: 'reason' },
})
