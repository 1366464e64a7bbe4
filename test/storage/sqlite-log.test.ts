import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { sql } from 'kysely'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Engine } from '../../storage/engines/engine.ts'
import { openSqlite } from '../../storage/engines/sqlite.ts'
import { SqliteLog } from '../../storage/engines/sqlite-log.ts'
import { afterTest } from '../support/closing.ts'

const MEGABYTE = 1024 * 1024

describe('the log of SQLite', () => {
  let file: string
  let engine: Engine
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'restante-'))
    afterTest(() => rm(folder, { recursive: true, force: true }))
    file = join(folder, 'portal.db')
    engine = await openSqlite(file)
    afterTest(() => engine.close())
    await engine.write(db => sql`create table kept (number integer primary key, content blob)`.execute(db))
  })

  const logBytes = async () => (await stat(`${file}-wal`)).size
  const keep = (megabytes: number) =>
    engine.write(db => sql`insert into kept (content) values (zeroblob(${megabytes * MEGABYTE}))`.execute(db))
  const count = () => engine.read(async db => (await sql<{ n: number }>`select count(*) as n from kept`.execute(db)).rows[0]!.n)
  /** What the file alone would hold if the log were lost: what has been copied into it. */
  const copied = async (): Promise<number> => {
    const alone = `${file}.copy`
    await copyFile(file, alone)
    const database = new BetterSqlite(alone)
    try {
      return database.prepare<[], { n: number }>('select count(*) as n from kept').get()!.n
    } catch {
      return 0 // not even the table, or half of it
    } finally {
      database.close()
    }
  }

  test('is copied into the file when it has grown, and begins anew', async () => {
    await keep(1)
    expect(await copied()).toBe(0)
    await keep(5)
    await vi.waitFor(async () => expect(await copied()).toBe(2), { timeout: 20_000 })
    const begunAnew = async () => {
      // A commit that meets the end of the copying leaves a rest, which is copied with the next four megabytes.
      await keep(1)
      expect(await logBytes()).toBeLessThan(5 * MEGABYTE)
    }
    await vi.waitFor(begunAnew, { timeout: 20_000, interval: 200 })
  })

  test('is cut little by little, as nobody can write meanwhile, and copied no more often than it has grown', async () => {
    const reader = new BetterSqlite(file, { readonly: true })
    afterTest(async () => void reader.close())
    reader.exec('begin')
    reader.prepare('select * from kept').all()
    for (let one = 0; one < 6; one++) await keep(5)
    reader.exec('rollback')
    const sizes = [await logBytes()]
    expect(sizes[0]).toBeGreaterThan(30 * MEGABYTE)
    await vi.waitFor(
      async () => {
        await keep(1)
        if ((await logBytes()) !== sizes.at(-1)) sizes.push(await logBytes())
        expect(sizes.at(-1)).toBeLessThan(6 * MEGABYTE)
      },
      { timeout: 20_000, interval: 20 },
    )
    const cuts = sizes.slice(1).map((size, at) => sizes[at]! - size)
    expect(Math.max(...cuts)).toBeLessThan(16 * MEGABYTE)
    expect(cuts.filter(cut => cut > 0).length).toBeGreaterThan(2)
  })

  test('shows whoever reads meanwhile nothing but what was there, and is copied when they have read', async () => {
    const reader = new BetterSqlite(file, { readonly: true })
    afterTest(async () => void reader.close())
    const seen = reader.prepare<[], { n: number }>('select count(*) as n from kept')
    reader.exec('begin')
    expect(seen.get()!.n).toBe(0)
    for (let one = 0; one < 3; one++) await keep(5)
    expect(seen.get()!.n).toBe(0)
    expect(await copied()).toBe(0)
    reader.exec('rollback')
    await keep(5)
    await vi.waitFor(async () => expect(await copied()).toBe(4), { timeout: 20_000 })
  })

  test.each([
    ['small', 0.1],
    ['large', 6],
  ])('holds nothing after a purge when it was %s, nor does any file hold what was destroyed', async (_, megabytes) => {
    const secret = 'a wrapped key that was destroyed'
    await engine.write(db => sql`insert into kept (content) values (${Buffer.from(secret)})`.execute(db))
    await keep(megabytes)
    await engine.write(db => sql`update kept set content = zeroblob(32) where number = 1`.execute(db))
    expect((await readFile(`${file}-wal`)).includes(secret)).toBe(true)
    expect(await engine.purge()).toBe(true)
    expect(await logBytes()).toBe(0)
    expect((await readFile(file)).includes(secret)).toBe(false)
  })

  test('is not emptied while another process reads it, whatever its size, and is as soon as it can be', async () => {
    await keep(6)
    const reader = new BetterSqlite(file, { readonly: true })
    afterTest(async () => void reader.close())
    reader.exec('begin')
    reader.prepare('select * from kept').all()
    await keep(1)
    expect(await engine.purge()).toBe(false)
    expect(await logBytes()).toBeGreaterThan(0)
    reader.exec('rollback')
    expect(await engine.purge()).toBe(true)
    expect(await logBytes()).toBe(0)
  })

  test('a file that is closed while its log is being copied is whole', async () => {
    await keep(6)
    await engine.close()
    expect(await copied()).toBe(1)
    engine = await openSqlite(file)
    expect(await count()).toBe(1)
  })

  describe('alone', () => {
    const noticed: unknown[] = []
    /** How many rows had been copied each time that writers were kept out. */
    const held: number[] = []
    async function having(work: (log: SqliteLog) => unknown): Promise<void> {
      noticed.length = 0
      held.length = 0
      const writer = new BetterSqlite(file)
      const log = new SqliteLog({
        ...{ file, writer },
        notice: error => {
          noticed.push(error)
          return error
        },
        held: async step => {
          held.push(await copied())
          return step()
        },
      })
      await work(log)
      await log.close()
      writer.close()
    }
    const grown = () => having(log => log.grown())
    const write = (megabytes: number) => {
      const database = new BetterSqlite(file)
      afterTest(async () => void database.close())
      database.pragma('wal_autocheckpoint = 0')
      database.prepare('insert into kept (content) values (zeroblob(?))').run(megabytes * MEGABYTE)
    }

    test('is copied beside writers; they are kept out when it is very large, and only for what is left to do then', async () => {
      write(5)
      await grown()
      expect([await copied(), held]).toEqual([1, []])
      write(65)
      await grown()
      expect([await copied(), held]).toEqual([2, [2]])
      expect(noticed).toEqual([])
    })

    test('is copied before writers are kept out to empty it', async () => {
      write(5)
      await having(log => log.purge())
      expect([held, await logBytes()]).toEqual([[1], 0])
    })

    test('is left where it is while it is small', async () => {
      write(1)
      await grown()
      expect(await copied()).toBe(0)
    })

    test('that cannot be copied is noticed by what SQLite says of it', async () => {
      await having(async log => {
        await engine.close()
        await writeFile(file, 'This is no database.'.repeat(1_000))
        await writeFile(`${file}-wal`, new Uint8Array(5 * MEGABYTE))
        await expect(log.purge()).rejects.toThrow('file is not a database')
      })
      expect(noticed).toMatchObject([{ code: 'SQLITE_NOTADB' }])
    })
  })
})
