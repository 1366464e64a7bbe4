import { spawn } from 'node:child_process'
import { cp, rm } from 'node:fs/promises'
import path from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { beforeAll, describe, expect, test } from 'vitest'
import { openStorage } from '../../storage/index.ts'
import { migrateDatabase, migrationsUpTo } from '../../storage/migrations/migrate.ts'
import { engineAt } from '../storage/migrations/bare-database.ts'
import { makeFirstRelease } from '../storage/migrations/first-release.ts'
import { NEW_YEAR, ROOT_KEY } from '../support/storage.ts'
import { isLong, patience, tell } from './rig/length.ts'
import { ownFolder } from './rig/prepared.ts'
import { canTrace, underFault, WRITES } from './rig/strace.ts'

const TOP = path.resolve(import.meta.dirname, '../..')
/** Far more writes than all migrations make. */
const MOST = 2_000

let original: string
beforeAll(async () => {
  original = await ownFolder()
  await makeFirstRelease(`sqlite:${path.join(original, 'portal.db')}`)
})

describe.skipIf(!canTrace)('killed before any of its writes', () => {
  test('`portal migrate` leaves whole migrations alone, and the next one ends what it began', { timeout: patience }, async () => {
    const newest = await migratedCopy()
    const numbers = isLong ? Array.from({ length: MOST }, (_, number) => number + 1) : [14, 120]
    let killed = 0
    for (const at of numbers) {
      const folder = await copy()
      const wasKilled = await migrationKilledAt(folder, at)
      if (wasKilled) killed++
      const left = schemaOf(folder)
      const { migrations } = newest
      expect(left.migrations, `write ${at}`).toEqual(migrations.slice(0, left.migrations.length))
      // What a migration makes is there when its record is, and only then.
      expect(left.tables, `write ${at}`).toEqual(await tablesAfter(left.migrations.length))
      await expectBroughtUpToDate(folder, `write ${at}`)
      expect(schemaOf(folder)).toEqual(newest)
      await rm(folder, { recursive: true })
      if (!wasKilled) break
    }
    tell(`migration from the first release: killed before each of ${killed} writes`)
    expect(killed).toBeGreaterThan(0)
  })
})

async function copy(): Promise<string> {
  const folder = await ownFolder()
  await cp(original, folder, { recursive: true })
  return folder
}

/** @returns whether it was killed before it had ended. */
function migrationKilledAt(folder: string, at: number): Promise<boolean> {
  const [strace, ...rest] = [...underFault(WRITES, 'signal=SIGKILL', at), process.execPath, 'server/commands/main.ts', 'migrate']
  const env = { PATH: process.env.PATH, PORTAL_DATA: folder } as unknown as NodeJS.ProcessEnv
  const child = spawn(strace!, rest, { cwd: TOP, env, stdio: 'ignore' })
  return new Promise(resolve => child.once('exit', (_code, signal) => resolve(signal === 'SIGKILL')))
}

/** Names alone: what stands in the tables is looked at by opening it. */
function schemaOf(folder: string) {
  const database = new BetterSqlite(path.join(folder, 'portal.db'))
  const names = (query: string) => database.prepare(query).pluck().all() as string[]
  expect(names('pragma integrity_check')).toEqual(['ok'])
  const migrations = names('select name from migrations order by name')
  const tables = names(`select coalesce(sql, name) from sqlite_schema where name not like 'backfills%' order by 1`)
  database.close()
  return { migrations, tables }
}

const known = new Map<number, string[]>()

/** What is there when so many have run undisturbed. */
async function tablesAfter(count: number): Promise<string[]> {
  if (!known.has(count)) {
    const folder = await copy()
    const names = (await migratedCopy()).migrations.slice(0, count)
    const engine = await engineAt(`sqlite:${path.join(folder, 'portal.db')}`)
    await migrateDatabase(engine, NEW_YEAR, migrationsUpTo(names))
    await engine.close()
    known.set(count, schemaOf(folder).tables)
  }
  return known.get(count)!
}

let migrated: ReturnType<typeof schemaOf> | undefined

async function migratedCopy() {
  if (migrated === undefined) {
    const folder = await copy()
    await expectBroughtUpToDate(folder, 'undisturbed')
    migrated = schemaOf(folder)
  }
  return migrated
}

async function expectBroughtUpToDate(folder: string, where: string): Promise<void> {
  const store = await openStorage({ url: 'sqlite:', dataDirectory: folder, rootKey: ROOT_KEY, now: NEW_YEAR })
  expect(await store.health(), where).toEqual({ answers: true, migrated: true })
  const texts = await store.read(async tx => {
    const [clinic] = await tx.organizations.list()
    const ada = await tx.recipients.findInOrganization(clinic!.id, 'ada@example.com')
    const contents = []
    for (const message of await tx.messages.listForRecipient(ada!.id, { limit: 10 }))
      contents.push(await tx.messages.content(message))
    return contents.map(({ text }) => text)
  })
  expect(texts, where).toEqual(Array(3).fill('All is well.'))
  await store.close()
}
