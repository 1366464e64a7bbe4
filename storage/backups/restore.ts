import type { Damage } from '../../server/damage.ts'
import { PortalError } from '../../server/errors.ts'
import type { Store } from '../../server/store.ts'
import type { Instant } from '../../server/time.ts'
import { DESTROYED } from '../data-keys.ts'
import type { Engine, Row } from '../engines/engine.ts'
import { migrationsUpTo, runMigrations } from '../migrations/migrate.ts'
import type { OpenKeys } from '../open-keys.ts'
import { OWNER_MARK } from '../part-owner.ts'
import type { OpenPartStore, PartStore } from '../part-stores/part-store.ts'
import { hasRootKey } from '../root-keys.ts'
import { type ArchiveIdentity, parseArchiveIdentity } from '../sealing/archive-keys.ts'
import { type Inside, openInside, storeOn } from '../store.ts'
import { checkEverything } from './check.ts'
import { type ArchiveCopies, framesOf } from './copies.ts'
import { tellDamage } from './damage.ts'
import type { Frame } from './frames.ts'
import { leaveOut } from './leave-out.ts'
import { loadObjects, loadTables } from './load.ts'
import { Looking, rowName } from './looking.ts'
import { takePossession } from './possession.ts'
import { dataTables, KEY_TABLES } from './tables.ts'

export interface RestorePlan {
  data: ArchiveCopies
  keys: ArchiveCopies
  /** The line of the identity, as `portal backup keygen` wrote it. */
  identity: string
  /** Migrations the database had when the backup was made. */
  migrations: readonly string[]
  now: Instant
  onProgress: (step: 'loading' | 'checking', done: number, total: number) => void
  /** Rows of the data half. */
  rows: number
  /** What does not verify is left behind, or refused by itself, and the rest brought back. Without it nothing is. */
  acceptDamage?: boolean | undefined
  /** What lies in the part store for this database already is the restored one's from then on. Without it, it must be empty. */
  takePartStore?: boolean | undefined
}

/** A database that has been filled and looked at. Until `finish`, every portal refuses to serve it. */
export interface Restoring {
  store: Store
  /** What does not verify; empty unless that was accepted. */
  damage: readonly Damage[]
  /** From here on it is a portal's database like any other. */
  finish(): Promise<void>
  /** Empties the database again. */
  abandon(): Promise<void>
}

/**
 * Fills an empty database from a backup and looks at everything in it. Whatever goes wrong, the database is empty again afterwards; after
 * a kill, the next restore begins by emptying it.
 *
 * @throws PortalError `conflict` when the database is not empty, or another restore into it has begun meanwhile; `tampered` with what does not verify; `misconfigured` for a wrong root
 *   key or identity, or a backup of a newer program.
 */
export async function restoreInto(
  engine: Engine,
  keys: OpenKeys,
  openParts: OpenPartStore,
  plan: RestorePlan,
): Promise<Restoring> {
  const identity = parseArchiveIdentity(plan.identity)
  const { engine: own, isBegunAgain, finish, abandon: emptyDatabase } = await takePossession(engine, plan.now)
  const mayHoldParts = plan.takePartStore || isBegunAgain
  let filled: PartStore | undefined
  const abandon = async () => {
    // First: it throws when another restore has begun since, whose objects those are by now.
    await emptyDatabase()
    // Where anything lay there before, nobody can tell what is whose.
    if (filled !== undefined && !mayHoldParts) await removeAll(filled)
  }
  const looking = new Looking()
  const refused = plan.acceptDamage ? (table: string, row: Row) => looking.tell({ table, row: rowName(row) }) : undefined
  try {
    // The schema that the backup was made of.
    await runMigrations(own, plan.now, migrationsUpTo(plan.migrations))
    const { inside, gone } = await fill(own, keys, openParts, plan, identity, refused, async store => {
      if (!mayHoldParts) await requireEmpty(store)
      // Of a trail that went on after the backup: this one goes on otherwise.
      await store.remove(OWNER_MARK)
      filled = store
    })
    await inside.engine.snapshot(state =>
      checkEverything({ ...inside, state }, looking, gone, (done, total) => plan.onProgress('checking', done, total)),
    )
    const { damage } = looking
    if (damage.length > 0 && !plan.acceptDamage) throw new PortalError('tampered', tellDamage(damage)!)
    await leaveOut(inside, damage)
    return { store: storeOn(inside), damage, finish, abandon }
  } catch (error) {
    await abandon()
    throw error
  }
}

async function fill(
  engine: Engine,
  keys: OpenKeys,
  openParts: OpenPartStore,
  plan: RestorePlan,
  identity: ArchiveIdentity,
  refused: ((table: string, row: Row) => void) | undefined,
  take: (store: PartStore) => Promise<void>,
): Promise<{ inside: Inside; gone: Set<string> }> {
  await reading(framesOf(plan.keys, identity), async frames => {
    await loadTables(engine, frames, 'keys', KEY_TABLES)
    if (!(await frames.next()).done) throw new PortalError('tampered', 'The keys hold more than keys.')
  })
  // Before everything else is read: without the root key none of it can be opened.
  const hasRoot = await engine.read(db => hasRootKey(db, keys))
  if (!hasRoot) throw new PortalError('tampered', 'The keys hold no key.')

  let done = 0
  const counted = counting(framesOf(plan.data, identity), () => plan.onProgress('loading', ++done, plan.rows))
  const filled = await reading(counted, async frames => {
    await loadTables(engine, frames, 'data', dataTables(await engine.read(db => engine.dialect.tables(db))), refused)
    await refuseEndedEpoch(engine)
    const inside = await openInside(engine, keys, openParts)
    await take(inside.store)
    return { inside, gone: await loadObjects(inside.store, frames) }
  })
  await runMigrations(engine, plan.now)
  await endSignIns(engine)
  return filled
}

/**
 * A restored database finds its files under the same names as the one it is a copy of: in one part store, each would remove what it does not
 * know.
 */
async function requireEmpty(store: PartStore): Promise<void> {
  for await (const { name } of store.list())
    if (name !== OWNER_MARK)
      throw new PortalError(
        'conflict',
        'The part store holds files of this very portal already: a second one beside it would remove what it does not know. Set PART_STORE to a place of its own; or, if the other will never run again, say --take-part-store.',
      )
}

async function removeAll(store: PartStore): Promise<void> {
  for await (const { name } of store.list()) await store.remove(name)
}

/** Today's keys do not hold those that were retired since: what was sealed under them, disposed of or not, stays closed in an old copy. */
async function refuseEndedEpoch(engine: Engine): Promise<void> {
  const ended = await engine.read(db =>
    db
      .selectFrom('sealed_parts')
      .innerJoin('data_keys', 'data_keys.number', 'sealed_parts.data_key')
      .innerJoin('organization_keys', 'organization_keys.id', 'data_keys.kek')
      .where('organization_keys.retired_at', 'is not', null)
      .select('organization_keys.id')
      .limit(1)
      .executeTakeFirst(),
  )
  if (ended)
    throw new PortalError(
      'conflict',
      `What this backup holds is sealed under keys that were retired since (${ended.id}): only the keys that were written with it open it.`,
    )
}

/** Closes the file, however it ends. */
async function reading<T>(frames: AsyncGenerator<Frame>, work: (frames: AsyncIterator<Frame>) => Promise<T>): Promise<T> {
  try {
    return await work(frames)
  } finally {
    await frames.return(undefined)
  }
}

async function* counting(frames: AsyncIterable<Frame>, count: () => void): AsyncGenerator<Frame> {
  for await (const frame of frames) {
    if (frame[0] === 'row') count()
    yield frame
  }
}

/** Sessions that have ended since, and codes that were used since, must not come back to life with the day the backup was made. */
const endSignIns = (engine: Engine): Promise<void> =>
  engine.write(async db => {
    await db.deleteFrom('sessions').execute()
    // What was looked for in them went with them.
    const ofSearches = db.selectFrom('sealed_parts').select('data_key').where('part', '=', 'search')
    await db.updateTable('data_keys').set({ wrapped: DESTROYED }).where('number', 'in', ofSearches).execute()
    await db.deleteFrom('sealed_parts').where('part', '=', 'search').execute()
    await db.deleteFrom('access_tokens').execute()
    await db.deleteFrom('mailbox_codes').execute()
    // Somebody may have stopped one since: who still needs a way back in begins anew.
    await db.deleteFrom('recoveries').where('state', '=', 'running').execute()
  })
