import type { Kysely } from 'kysely'
import { PortalError } from '../server/errors.ts'
import type { Instant } from '../server/time.ts'
import type { OpenKeys } from './open-keys.ts'
import type { RootKeyRow } from './schema/keys.ts'
import type { Database } from './schema.ts'
import type { RootKey } from './sealing/keys.ts'

/**
 * Whether this database was ever opened with a root key.
 *
 * @throws PortalError `misconfigured` when the root keys at hand are not those it needs, and what to do about it; `tampered` when the
 *   database names none, though it holds keys.
 */
export async function hasRootKey(db: Kysely<Database>, keys: OpenKeys): Promise<boolean> {
  const known = await rootKeyRows(db)
  if (known.length === 0) {
    // Keys of a new portal beside those of this one would leave none of its rows verifying.
    if (await db.selectFrom('organization_keys').select('id').limit(1).executeTakeFirst()) throw namesNone()
    return false
  }
  const given = known.find(({ id }) => id === keys.root.id)
  if (given && given.retired_at !== null) throw retired(given)
  const used = await db.selectFrom('organization_keys').select('root_key').distinct().execute()
  const missing = used.map(row => row.root_key).filter(id => !keys.knowsRoot(id) && known.some(row => row.id === id))
  if (missing.length === 0) return true
  if (!known.some(({ id }) => keys.knowsRoot(id))) throw wrong()
  const reached = known.find(({ id, retired_at }) => missing.includes(id) && retired_at === null)
  throw given && reached && reached.created_at > given.created_at ? overtaken(reached) : unfinished(missing[0]!)
}

/** The root key that new keys are wrapped by: the newest this database has begun to use. */
export async function currentRootKey(db: Kysely<Database>, keys: OpenKeys): Promise<RootKey> {
  const current = (await rootKeyRows(db)).findLast(({ retired_at }) => retired_at === null)
  if (!current || !keys.knowsRoot(current.id)) throw current ? overtaken(current) : wrong()
  return keys.rootById(current.id)
}

/** Begins to use the root key at hand. @returns false when that was begun before. */
export async function addRootKey(db: Kysely<Database>, keys: OpenKeys, now: Instant): Promise<boolean> {
  const known = await rootKeyRows(db)
  if (known.some(({ id }) => id === keys.root.id)) return false
  // The newest is told by this time, so a clock that was set back must not make it older than the one before.
  const after = known.at(-1)?.created_at ?? 0
  await db
    .insertInto('root_keys')
    .values({ id: keys.root.id, created_at: Math.max(now, after + 1), retired_at: null })
    .execute()
  return true
}

/** Oldest first. */
export const rootKeyRows = (db: Kysely<Database>): Promise<RootKeyRow[]> =>
  db.selectFrom('root_keys').selectAll().orderBy('created_at').orderBy('id').execute()

const misconfigured = (sentence: string) => new PortalError('misconfigured', sentence)

const wrong = () => misconfigured('The root key is not the one this database was sealed with.')
const namesNone = () => new PortalError('tampered', 'The database holds keys, but the root keys it was opened with were removed.')
const retired = ({ id, retired_at }: RootKeyRow) =>
  misconfigured(`The root key ${id} was retired on ${day(retired_at!)}: set the one that followed it.`)
const overtaken = ({ id }: RootKeyRow) =>
  misconfigured(
    `The root key has been changed to ${id}: set PORTAL_ROOT_KEY to it, and keep the one before as PORTAL_ROOT_KEY_PREVIOUS.`,
  )
const unfinished = (id: string) =>
  misconfigured(
    `Some keys are still under the root key ${id}: set PORTAL_ROOT_KEY_PREVIOUS to it until \`portal keys rotate --root\` is done.`,
  )

const day = (at: Instant): string => new Date(at).toISOString().slice(0, 10)
