import type { Kysely } from 'kysely'
import type { Action } from '../server/trail/action.ts'
import { prepared } from './prepared.ts'
import type { Database } from './schema.ts'
import { tampered } from './sealing/refusal.ts'

/**
 * Refuses rows that the trail says are over. Whoever can write to the database can put an older copy of a row back, and its mac is
 * valid; but its end is in the trail, and the trail cannot be cut without being noticed.
 *
 * @param ids - of the rows as the entries name them: a member of staff, a factor, the handle of a session.
 * @param ending - what the trail would say of one that is over.
 * @throws PortalError `tampered`.
 */
export async function refuseEnded(db: Kysely<Database>, ids: readonly string[], ending: Action): Promise<void> {
  if (ids.length === 0) return
  if ((await ended(db, { ids, ending })).rows.length > 0) throw tampered()
}

const ended = prepared((db, { ids, ending }: { ids: readonly string[]; ending: Action }) =>
  db.selectFrom('trail_entries').select('number').where('object', 'in', ids).where('action', '=', ending).limit(1),
)
