import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../../../storage/engines/engine.ts'
import { migrateDatabase } from '../../../storage/migrations/migrate.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { type BareDatabase, bareDatabase, engineAt } from './bare-database.ts'
import { BOOKS, RELEASES } from './shelves.ts'

const PROCESS = fileURLToPath(new URL('./migrating-process.ts', import.meta.url))

/** Transactions that each try lets go by more than the one before. */
const BETWEEN = { sqlite: 3, postgres: 8 }

describe.each(['sqlite', 'postgres'] as const)('migrating %s', kind => {
  let database: BareDatabase
  beforeEach(async () => {
    database = await bareDatabase(kind)
  })
  afterEach(() => database.remove())

  async function withEngine<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    const engine = await engineAt(database.url)
    try {
      return await work(engine)
    } finally {
      await engine.close()
    }
  }

  const state = () =>
    withEngine(engine =>
      engine.read(async db => ({
        migrations: (await db.selectFrom('migrations').select('name').orderBy('name').execute()).map(({ name }) => name),
        unfinished: await db.selectFrom('backfills').selectAll().execute(),
        moved: (await sql<{ moved: number }>`select moved from books`.execute(db)).rows.map(({ moved }) => moved),
      })),
    )
  const finished = {
    migrations: RELEASES.third.map(({ name }) => name),
    unfinished: [],
    moved: Array.from({ length: BOOKS }, () => 1),
  }

  test('runs what is missing, moves every row once, and does nothing the second time', async () => {
    await withEngine(async engine => {
      expect(await migrateDatabase(engine, NEW_YEAR, RELEASES.first)).toEqual(['0001-initial'])
      expect(await migrateDatabase(engine, NEW_YEAR, RELEASES.third)).toEqual(['0002-books', '0003-shelves', '0004-lamps'])
      expect(await migrateDatabase(engine, NEW_YEAR, RELEASES.third)).toEqual([])
    })
    expect(await state()).toEqual(finished)
  })

  test('a program that is older than the database refuses it and says which migration it does not know', async () => {
    await withEngine(async engine => {
      await migrateDatabase(engine, NEW_YEAR, RELEASES.third)
      await expect(migrateDatabase(engine, NEW_YEAR, RELEASES.first)).rejects.toMatchObject({
        code: 'misconfigured',
        message:
          'The database was made by a newer version of this program: it has 0002-books, 0003-shelves, 0004-lamps, which this version does not know.',
      })
    })
    expect(await state()).toEqual(finished)
  })

  test('rows that are still being moved keep a program of either age from using the database', async () => {
    const stuck = RELEASES.third.map(migration =>
      migration.backfill ? { ...migration, backfill: () => Promise.reject(new Error('No more room.')) } : migration,
    )
    await withEngine(async engine => {
      await expect(migrateDatabase(engine, NEW_YEAR, stuck)).rejects.toThrow('No more room.')
      await expect(migrateDatabase(engine, NEW_YEAR, RELEASES.first)).rejects.toMatchObject({ code: 'misconfigured' })
      // The next migration waits for the rows of this one.
      expect(await engine.read(db => db.selectFrom('migrations').select('name').execute())).toHaveLength(3)
      expect(await migrateDatabase(engine, NEW_YEAR, RELEASES.third)).toEqual(['0003-shelves', '0004-lamps'])
    })
    expect(await state()).toEqual(finished)
  })

  test('killed after any of its transactions, it goes on where it stopped', async () => {
    let steps = 0
    for (let round = 1; ; round++) {
      const child = migrating()
      const seen = await killedAfter(child, round * BETWEEN[kind])
      steps += seen.steps
      if (seen.ended) break
    }
    // A killed process may have done one more than it could tell of, and none was done twice.
    expect(steps).toBeLessThanOrEqual(RELEASES.third.length + BOOKS / 3)
    expect(await state()).toEqual(finished)
  }, 60_000)

  // On SQLite they make the file, too, and none of them may be refused as busy when it does.
  test('three programs at once on nothing share the work and do none of it twice', async () => {
    const children = [migrating(), migrating(), migrating()]
    const seen = await Promise.all(children.map(child => killedAfter(child, Number.POSITIVE_INFINITY)))
    expect(seen.every(({ ended }) => ended)).toBe(true)
    expect(await state()).toEqual(finished)
  }, 60_000)

  const migrating = (): ChildProcess => spawn(process.execPath, [PROCESS, database.url], { stdio: ['ignore', 'pipe', 'inherit'] })

  /** Kills it once it has told of so many transactions; says how many those were, and whether it came to its own end. */
  async function killedAfter(child: ChildProcess, steps: number): Promise<{ steps: number; ended: boolean }> {
    let said = ''
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.split('step\n').length - 1 >= steps) child.kill('SIGKILL')
    })
    const [code] = (await once(child, 'close')) as [number | null]
    return { steps: said.split('step\n').length - 1, ended: code === 0 }
  }
})
