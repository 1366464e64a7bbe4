import { PortalError } from '../server/errors.ts'
import type { Hold, Holds } from '../server/hold.ts'
import type { Action } from '../server/trail/action.ts'
import { inBatches } from './batches.ts'
import { prepared } from './prepared.ts'
import type { HoldRow } from './schema.ts'
import type { Work } from './work.ts'

export function holds({ db, parts, rows }: Work): Holds {
  const opened = async (row: HoldRow): Promise<Hold> => {
    const { id, organization, object, placed_at, released_at } = rows.check('holds', row)
    return { id, organization, object, reason: await parts.get<string>(place(row)), placedAt: placed_at, releasedAt: released_at }
  }
  const rowOf = async (id: string) => db.selectFrom('holds').selectAll().where('id', '=', id).executeTakeFirst()

  /**
   * What organizations hold. All of their holds are looked at, those that were released and those that cover something else, too: who can
   * write to the database must not be able to release one without the key, to make it cover something else, or to take it away.
   */
  const heldIn = async (organizations: readonly string[]): Promise<Set<string>> => {
    const found = await inBatches(organizations, async some => (await holdsOf(db, { organizations: some })).rows)
    const known = new Set(found.map(row => rows.check('holds', row).id))
    const placed = await inBatches(organizations, async some => (await placedIn(db, { organizations: some })).rows)
    for (const { object: id } of placed) {
      if (id === null || !known.has(id))
        throw new PortalError('tampered', `The trail says that ${id} was placed, but there is no such hold.`)
    }
    return new Set(found.filter(row => row.released_at === null).map(row => row.object))
  }

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
      const held = await heldIn([...new Set(messages.map(({ organization }) => organization))])
      return new Set(messages.filter(message => objectsOf(message).some(object => held.has(object))).map(({ id }) => id))
    },
  }
}

const PLACED: Action = 'hold.placed'

const holdsOf = prepared((db, { organizations }: { organizations: readonly string[] }) =>
  db.selectFrom('holds').selectAll().where('organization', 'in', organizations),
)

const placedIn = prepared((db, { organizations }: { organizations: readonly string[] }) =>
  db.selectFrom('trail_entries').select('object').where('organization', 'in', organizations).where('action', '=', PLACED),
)

const place = ({ id, organization }: Pick<HoldRow, 'id' | 'organization'>) => ({
  ...{ organization, owner: id, recipient: '', part: 'reason' },
})
