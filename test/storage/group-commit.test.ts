import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { temporaryStorage } from '../support/storage.ts'
import { Intruder } from './intruder.ts'
import { organizationNamed } from './kept.ts'

const LOG_HEADER = 32
const FRAME_HEADER = 24

// A group ends by the stopwatch, too, which stands still here: see group.test.ts.
beforeEach(() => void vi.spyOn(performance, 'now').mockReturnValue(0))
afterEach(() => void vi.restoreAllMocks())

/** A store that has done what it owes after a start. */
async function settledStorage() {
  const storage = await temporaryStorage()
  await storage.store.transaction(tx => tx.organizations.list())
  return storage
}

/** How many commits stand in the write-ahead log: frames that say how large the database is after them (SQLite file format, 4.1). */
async function commitsIn(file: string): Promise<number> {
  const log = await readFile(`${file}-wal`)
  if (log.length < LOG_HEADER) return 0
  const salt = log.subarray(16, 24)
  const frame = FRAME_HEADER + log.readUInt32BE(8)
  let commits = 0
  for (let at = LOG_HEADER; at + frame <= log.length; at += frame) {
    if (!log.subarray(at + 8, at + 16).equals(salt)) break // left over from before the log was begun anew
    if (log.readUInt32BE(at + 4) !== 0) commits++
  }
  return commits
}

test('transactions that arrive together share one durable commit, and one that fails takes none along', async () => {
  const storage = await settledStorage()
  const before = await commitsIn(storage.file)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, number) =>
      storage.store.transaction(async tx => {
        await tx.organizations.add(organizationNamed(`Clinic ${number}`))
        if (number % 5 === 0) throw new Error('on purpose')
      }),
    ),
  )
  expect((await commitsIn(storage.file)) - before).toBe(1)
  expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(outcomes.map((_, number) => number % 5 === 0))
  await storage.reopen()
  expect(await storage.store.read(tx => tx.organizations.list())).toHaveLength(16)
  await storage.remove()
})

test('a large crowd is answered in several commits, in the order of arrival', async () => {
  const storage = await settledStorage()
  const before = await commitsIn(storage.file)
  const answered: number[] = []
  await Promise.all(
    Array.from({ length: 100 }, (_, number) =>
      storage.store
        .transaction(tx => tx.organizations.add(organizationNamed(`Clinic ${number}`)))
        .then(() => answered.push(number)),
    ),
  )
  expect(answered).toEqual(Array.from({ length: 100 }, (_, number) => number))
  const commits = (await commitsIn(storage.file)) - before
  expect(commits).toBeGreaterThan(1)
  expect(commits).toBeLessThan(10)
  await storage.remove()
})

test('what is asked for before the store is closed is still kept', async () => {
  const storage = await temporaryStorage()
  const crowd = Array.from({ length: 80 }, (_, number) =>
    storage.store.transaction(tx => tx.organizations.add(organizationNamed(`Clinic ${number}`))),
  )
  await storage.reopen()
  await Promise.all(crowd)
  expect(await storage.store.read(tx => tx.organizations.list())).toHaveLength(80)
  await storage.remove()
})

test('when the commit itself fails, all who shared it are told, and the next are served', async () => {
  const storage = await temporaryStorage()
  const intruder = new Intruder(storage.file)
  // Checked at the commit alone: the last moment at which a whole group can still fail.
  intruder.run('create table mother (id integer primary key)')
  intruder.run('create table child (mother integer references mother (id) deferrable initially deferred)')
  intruder.run(
    'create trigger orphan after insert on organizations when new.created_at = 7 begin insert into child values (1); end',
  )
  await storage.reopen().catch(() => undefined)
  const add = (createdAt: number) =>
    storage.store.transaction(tx => tx.organizations.add({ ...organizationNamed('North Clinic'), createdAt }))
  const together = await Promise.allSettled([add(1), add(7), add(1)])
  expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(await storage.store.read(tx => tx.organizations.list())).toEqual([])
  await add(1)
  expect(await storage.store.read(tx => tx.organizations.list())).toHaveLength(1)
  intruder.close()
  await storage.remove()
})
