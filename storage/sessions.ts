import type { Level, Method, SessionRow, SignInStore } from '../server/sign-in/store.ts'
import { refuseEnded } from './endings.ts'
import { toColumns, toPerson } from './people.ts'
import { prepared } from './prepared.ts'
import type { SessionTableRow } from './schema/sign-in.ts'
import type { Work } from './work.ts'

export function sessions({ db, rows, parts }: Work): SignInStore['sessions'] {
  const opened = (row: SessionTableRow): SessionRow => toSession(rows.check('sessions', row))

  /** What was looked for in them goes with them. */
  const removed = async (gone: readonly { handle: string }[]): Promise<number> => {
    await parts.removeAll(gone.map(({ handle }) => handle))
    return gone.length
  }

  const searchPlace = async (tokenHash: string) => {
    const [row] = (await byToken(db, { tokenHash })).rows
    if (!row) return null
    const { handle, person } = opened(row)
    return { organization: person.organization, owner: handle, recipient: person.id, part: 'search' }
  }

  return {
    async add(session) {
      await db
        .insertInto('sessions')
        .values(rows.sign('sessions', toRow(session)))
        .execute()
    },

    async find(tokenHash) {
      const [row] = (await byToken(db, { tokenHash })).rows
      if (!row) return null
      await refuseEnded(db, [row.handle], 'session.ended')
      return opened(row)
    },

    async ofPerson({ kind, id }) {
      const own = db.selectFrom('sessions').selectAll().where('person', '=', id).where('person_kind', '=', kind)
      return (await own.orderBy('created_at', 'desc').orderBy('handle').execute()).map(opened)
    },

    async touch(tokenHash, at) {
      const row = await db.selectFrom('sessions').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()
      if (!row) return
      const seen = rows.sign('sessions', { ...rows.check('sessions', row), last_seen_at: at })
      // Two requests at once may come in either order: the later moment stays.
      await db.updateTable('sessions').set(seen).where('token_hash', '=', tokenHash).where('last_seen_at', '<', at).execute()
    },

    async remove(tokenHash) {
      await removed(await db.deleteFrom('sessions').where('token_hash', '=', tokenHash).returning('handle').execute())
    },

    async removeByHandle({ kind, id }, handle) {
      const own = db.deleteFrom('sessions').where('person', '=', id).where('person_kind', '=', kind)
      return (await removed(await own.where('handle', '=', handle).returning('handle').execute())) === 1
    },

    async removeAll({ kind, id }, exceptTokenHash) {
      let own = db.deleteFrom('sessions').where('person', '=', id).where('person_kind', '=', kind)
      if (exceptTokenHash !== undefined) own = own.where('token_hash', '!=', exceptTokenHash)
      return removed(await own.returning('handle').execute())
    },

    async removeStale(createdBefore, lastSeenBefore) {
      const stale = db
        .deleteFrom('sessions')
        .where(row => row.or([row('created_at', '<', createdBefore), row('last_seen_at', '<', lastSeenBefore)]))
      return removed(await stale.returning('handle').execute())
    },

    async keepSearch(tokenHash, words) {
      const place = await searchPlace(tokenHash)
      if (place !== null) await parts.put(place, words)
    },

    async keptSearch(tokenHash) {
      const place = await searchPlace(tokenHash)
      return place === null ? null : ((await parts.find<string>(place)) ?? null)
    },
  }
}

/** Asked with every request of a page. */
const byToken = prepared((db, { tokenHash }: { tokenHash: string }) =>
  db.selectFrom('sessions').selectAll().where('token_hash', '=', tokenHash),
)

const toRow = (session: SessionRow): Omit<SessionTableRow, 'mac'> => ({
  token_hash: session.tokenHash,
  handle: session.handle,
  ...toColumns(session.person),
  level: session.level,
  method: session.method,
  created_at: session.createdAt,
  signed_in_at: session.signedInAt,
  last_seen_at: session.lastSeenAt,
})

const toSession = (row: SessionTableRow): SessionRow => ({
  tokenHash: row.token_hash,
  handle: row.handle,
  person: toPerson(row),
  level: row.level as Level,
  method: row.method as Method,
  createdAt: row.created_at,
  signedInAt: row.signed_in_at,
  lastSeenAt: row.last_seen_at,
})
