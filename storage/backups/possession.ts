import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import { PortalError } from '../../server/errors.ts'
import type { Instant } from '../../server/time.ts'
import type { Engine } from '../engines/engine.ts'
import { RESTORING } from '../migrations/migrate.ts'
import type { Database } from '../schema.ts'
import { tablesToDrop } from './tables.ts'

/** A database that one restore has for itself. */
export interface Possession {
  /** Writes only as long as no other restore has taken the database. */
  engine: Engine
  /** Whether another restore had begun to fill it: what lies in the part store may be of that one. */
  isBegunAgain: boolean
  /** Gives it to the portal. */
  finish(): Promise<void>
  /** Empties it again. */
  abandon(): Promise<void>
}

/**
 * Marks an empty database as being restored into. One that another restore has begun to fill is emptied first: that was killed, or is
 * stopped by its next write.
 *
 * @throws PortalError `conflict` when the database is not empty; from every later write when another restore has begun.
 */
export async function takePossession(engine: Engine, now: Instant): Promise<Possession> {
  const by = randomBytes(16).toString('base64url')
  const isBegunAgain = await engine.write(async db => {
    const tables = await engine.dialect.tables(db)
    if (tables.includes(RESTORING)) await empty(engine, db)
    else if (tables.length > 0)
      throw new PortalError(
        'conflict',
        'The database is not empty: a backup is restored into an empty one, so that nothing is mixed.',
      )
    const { text, integer } = engine.dialect
    await db.schema.createTable(RESTORING).addColumn('at', integer).addColumn('by', text).execute()
    await marks(db).insertInto(RESTORING).values({ at: now, by }).execute()
    return tables.length > 0
  })

  let isFinished = false
  const own: Engine = {
    ...bound(engine),
    write: work =>
      engine.write(async db => {
        if (!isFinished) await requireOwner(engine, db, by)
        return work(db)
      }),
  }
  return {
    engine: own,
    isBegunAgain,
    async finish() {
      await own.write(db => engine.dialect.drop(db, [RESTORING]))
      isFinished = true
    },
    abandon: () => own.write(db => empty(engine, db)),
  }
}

async function requireOwner({ dialect }: Engine, db: Kysely<Database>, by: string): Promise<void> {
  const isMarked = (await dialect.tables(db)).includes(RESTORING)
  const mark = isMarked && (await marks(db).selectFrom(RESTORING).select('by').executeTakeFirst())
  if (!mark || mark.by !== by)
    throw new PortalError(
      'conflict',
      'Another restore into this database has begun since: this one ends here, and that one goes on.',
    )
}

/** No table of the portal's, so no type of it. */
const marks = (db: Kysely<Database>) => db as unknown as Kysely<Record<typeof RESTORING, { at: number; by: string }>>

const empty = async ({ dialect }: Engine, db: Kysely<Database>): Promise<void> =>
  dialect.drop(db, tablesToDrop(await dialect.tables(db)))

/** Engines may be classes, whose methods a copy would not have. */
const bound = (engine: Engine): Engine => ({
  write: work => engine.write(work),
  read: work => engine.read(work),
  snapshot: work => engine.snapshot(work),
  answers: () => engine.answers(),
  purge: () => engine.purge(),
  close: () => engine.close(),
  dialect: engine.dialect,
})
