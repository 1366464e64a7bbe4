import { mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import BetterSqlite from 'better-sqlite3'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openSqlite } from '../../storage/engines/sqlite.ts'
import { migrate, openStorage } from '../../storage/index.ts'
import { NEW_YEAR, OTHER_ROOT_KEY, ROOT_KEY } from '../support/storage.ts'
import { flips, Intruder, keyOf } from './intruder.ts'
import { clinic, move, refusal } from './kept.ts'

describe('opening a storage', () => {
  let directory: string
  let file: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'restante-'))
    file = join(directory, 'deeper', 'portal.db')
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  const options = () => ({ url: `sqlite:${file}`, dataDirectory: directory, now: NEW_YEAR })
  const opened = (more = {}) => openStorage({ ...options(), rootKey: ROOT_KEY, ...more })
  const openedOnce = async () => (await opened()).close()
  const edited = (edit: (database: BetterSqlite.Database) => void) => {
    const database = new BetterSqlite(file)
    edit(database)
    database.close()
  }

  test('makes folder and file for their owner alone', async () => {
    const store = await opened()
    for (const suffix of ['', '-wal', '-shm']) expect((await stat(file + suffix)).mode & 0o777).toBe(0o600)
    expect((await stat(join(directory, 'deeper'))).mode & 0o777).toBe(0o700)
    await store.close()
  })

  test('puts the database into the data directory when no path is given', async () => {
    await (await opened({ url: 'sqlite:' })).close()
    expect((await stat(join(directory, 'portal.db'))).size).toBeGreaterThan(0)
  })

  test.each(['sqlite:portal.db', 'sqlite::memory:', 'mysql://localhost/portal', '/var/portal.db'])('refuses %s', async url => {
    expect(await refusal(opened({ url }))).toBe('misconfigured')
  })

  test('refuses a wrong root key, and one that is none', async () => {
    await openedOnce()
    expect(await refusal(opened({ rootKey: OTHER_ROOT_KEY }))).toBe('misconfigured')
    expect(await refusal(opened({ rootKey: new Uint8Array(31) }))).toBe('misconfigured')
    expect(await refusal(opened({ rootKey: new Uint8Array(0) }))).toBe('misconfigured')
    await openedOnce()
  })

  test('makes no second portal beside keys whose root key was taken away', async () => {
    await openedOnce()
    const keys = () => new BetterSqlite(file, { readonly: true }).prepare('select count(*) as count from organization_keys').get()
    const before = keys()
    edited(database => database.exec('delete from root_keys'))
    expect(await refusal(opened())).toBe('tampered')
    expect(keys()).toEqual(before)
  })

  test('refuses a wrong root key even where its name was forged', async () => {
    await openedOnce()
    const other = join(directory, 'other.db')
    await (await opened({ url: `sqlite:${other}`, rootKey: OTHER_ROOT_KEY })).close()
    const forged = new BetterSqlite(other, { readonly: true }).prepare('select id from root_keys').get() as { id: string }
    edited(database => {
      database.prepare('update root_keys set id = ?').run(forged.id)
      database.prepare('update organization_keys set root_key = ?').run(forged.id)
    })
    expect(await refusal(opened({ rootKey: OTHER_ROOT_KEY }))).toBe('tampered')
  })

  test('refuses portal keys that somebody has touched', async () => {
    await openedOnce()
    const intruder = new Intruder(file)
    for (const [table, columns] of [
      ['organization_keys', ['wrapped', 'mac']],
      ['signing_keys', ['public_key', 'mac']],
      ['sealed_parts', ['sealed']],
      ['data_keys', ['wrapped']],
    ] as const) {
      for (const row of intruder.rows(table)) {
        const key = keyOf(table, row)
        for (const column of columns) {
          for (const changed of flips(row[column] as Buffer)) {
            intruder.set(table, key, { [column]: changed })
            expect.soft(await refusal(opened()), `${table}.${column}`).toBe('tampered')
          }
          intruder.set(table, key, { [column]: row[column] })
        }
      }
    }
    intruder.close()
    await openedOnce()
  })

  test('refuses a schema that is newer than this program; who has it open says that it is not ready', async () => {
    const store = await opened()
    edited(database => database.prepare('insert into migrations values (?, ?)').run('9999-from-the-future', NEW_YEAR))
    expect(await store.health()).toEqual({ answers: true, migrated: false })
    await store.close()
    expect(await refusal(opened())).toBe('misconfigured')
    expect(await refusal(migrate(options()))).toBe('misconfigured')
  })

  test('refuses a schema that has not been migrated, when told not to migrate', async () => {
    expect(await refusal(opened({ migrate: false }))).toBe('misconfigured')
    expect((await migrate(options()))[0]).toBe('0001-initial')
    expect(await migrate(options())).toEqual([])
    await (await opened({ migrate: false })).close()
  })

  test('refuses a database that is somebody else’s', async () => {
    await migrate(options())
    await rm(file)
    edited(database => database.exec('create table recipes (name text)'))
    expect(await refusal(opened())).toBe('misconfigured')
  })

  test('refuses a file that is no database, and leaves it as it was', async () => {
    await openedOnce()
    await writeFile(file, 'Not a database, but somebody’s letter.'.repeat(100))
    const before = await readFile(file)
    expect(await refusal(opened())).toBe('unavailable')
    expect(await readFile(file)).toEqual(before)
  })

  test('twice at the same time makes one database', async () => {
    const stores = await Promise.all([opened(), opened(), opened()])
    const keys = new Set(stores.map(store => Buffer.from(store.signer.publicKey).toString('hex')))
    expect(keys.size).toBe(1)
    for (const store of stores) await store.close()
  })

  test('a file that another process has to itself is waited for on timers; who waits too long is told that it is busy', async () => {
    await mkdir(join(directory, 'deeper'))
    const other = new BetterSqlite(file)
    other.exec('begin exclusive')
    const opening = opened()
    await pause(100) // the event loop goes round meanwhile
    expect(await refusal(opened({ patienceMilliseconds: 0 }))).toBe('busy')
    other.exec('rollback')
    other.close()
    await (await opening).close()
  })

  test('gives every connection its settings, a reopened database’s too', async () => {
    await openedOnce()
    const engine = await openSqlite(file)
    for (const connection of ['write', 'read'] as const) {
      const settings = await engine[connection](async db => {
        const names = [
          'journal_mode',
          'synchronous',
          'secure_delete',
          'foreign_keys',
          'trusted_schema',
          'cell_size_check',
          'temp_store',
        ]
        const values = []
        for (const name of names) values.push(Object.values((await sql<object>`pragma ${sql.raw(name)}`.execute(db)).rows[0]!)[0])
        return values
      })
      expect(settings).toEqual(['wal', connection === 'write' ? 1 : 2, 1, 1, 0, 1, 2])
    }
    await engine.close()
  })

  test('a store that was closed takes nothing more, and can be closed again', async () => {
    const store = await opened()
    await store.close()
    await store.close()
    expect(await refusal(store.transaction(async () => 1))).toBe('unavailable')
    expect(await refusal(store.read(async () => 1))).toBe('unavailable')
    expect(await store.health()).toEqual({ answers: false, migrated: false })
  })

  test('a locked database is waited for, and reading goes on meanwhile', async () => {
    const store = await opened()
    await clinic(store)
    const other = new BetterSqlite(file)
    other.exec('begin immediate')
    const waiting = clinic(store, 'South Clinic')
    expect(await store.read(tx => tx.organizations.list())).toHaveLength(1)
    other.exec('commit')
    await waiting
    expect(await store.read(tx => tx.organizations.list())).toHaveLength(2)
    other.close()
    await store.close()
  })

  test('a database that stays locked is busy, for all who wait at once, and says when to come back', async () => {
    const store = await opened({ patienceMilliseconds: 100 })
    const other = new BetterSqlite(file)
    other.exec('begin immediate')
    const outcomes = await Promise.allSettled([clinic(store), clinic(store), clinic(store)])
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'busy', retryAfterSeconds: 5 } })
    other.exec('rollback')
    await clinic(store)
    other.close()
    await store.close()
  })

  test('closes on a full disk, too, and what was acknowledged is there when it is opened again', async () => {
    const store = await opened()
    await clinic(store)
    const { pragma } = BetterSqlite.prototype
    const full = vi.spyOn(BetterSqlite.prototype, 'pragma').mockImplementation(function (this: BetterSqlite.Database, ...said) {
      if (said[0].startsWith('wal_checkpoint'))
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
      return pragma.apply(this, said)
    })
    await store.close()
    full.mockRestore()
    const again = await opened()
    expect(await again.read(tx => tx.organizations.list())).toHaveLength(1)
    await again.close()
  })

  test('what is destroyed while another process reads is purged as soon as it can be', async () => {
    const store = await opened()
    const { keep } = await clinic(store)
    const message = await keep()
    const reader = new BetterSqlite(file)
    reader.exec('begin')
    reader.prepare('select * from data_keys').all()
    await store.transaction(tx => move(tx, message.id, ['waiting'], 'disposed'))
    expect((await stat(`${file}-wal`)).size).toBeGreaterThan(0)
    reader.exec('rollback')
    await clinic(store, 'South Clinic')
    expect((await stat(`${file}-wal`)).size).toBe(0)
    reader.close()
    await store.close()
  })

  test('what a sweep destroys leaves the files when it ends, however it ends; others do not wait for that meanwhile', async () => {
    const store = await opened()
    const { keep } = await clinic(store)
    const messages = [await keep(), await keep()]
    const log = async () => (await stat(`${file}-wal`)).size
    const sweeping = store.sweep(async () => {
      for (const { id } of messages) await store.transaction(tx => move(tx, id, ['waiting'], 'disposed'))
      await clinic(store, 'South Clinic')
      expect(await log()).toBeGreaterThan(0)
      throw new Error('The disk of something else is full.')
    })
    await expect(sweeping).rejects.toThrow('full')
    expect(await log()).toBe(0)
    await clinic(store, 'East Clinic')
    expect(await log()).toBeGreaterThan(0)
    await store.close()
  })

  test('what a sweep destroyed before a crash leaves the files after the next start', async () => {
    const store = await opened()
    const { keep } = await clinic(store)
    const message = await keep()
    const crash = Promise.withResolvers<void>()
    const sweeping = store.sweep(async () => {
      await store.transaction(tx => move(tx, message.id, ['waiting'], 'disposed'))
      await crash.promise
    })
    const again = await opened()
    expect((await stat(`${file}-wal`)).size).toBeGreaterThan(0)
    await clinic(again, 'South Clinic')
    expect((await stat(`${file}-wal`)).size).toBe(0)
    await again.close()
    crash.resolve()
    await sweeping
    await store.close()
  })

  test('a database that was damaged is served no more, and it is told once', async () => {
    await openedOnce()
    const failures: Error[] = []
    const store = await opened({ onFailure: (error: Error) => failures.push(error) })
    await damage(file)
    expect(await refusal(clinic(store))).toBe('unavailable')
    expect(await refusal(store.transaction(async () => 1))).toBe('unavailable')
    expect(await refusal(store.read(tx => tx.organizations.list()))).toBe('unavailable')
    expect(await store.health()).toEqual({ answers: false, migrated: false })
    expect(failures).toHaveLength(1)
    expect(failures[0]?.message).toMatch(/SQLITE_(CORRUPT|IOERR|NOTADB)/)
    await store.close()
  })
})

/** Writes over every page but the first. */
async function damage(file: string): Promise<void> {
  const { size } = await stat(file)
  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096)
  await handle.close()
}
