import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../server/store.ts'
import type { Instant } from '../../server/time.ts'
import { migrate, openStorage } from '../../storage/index.ts'
import { temporaryDatabase } from './postgres-database.ts'

/** 2026-01-01T00:00:00Z, where the clocks of tests start. */
export const NEW_YEAR: Instant = 1_767_225_600_000

/** Any 32 bytes do for tests; two that differ tell right from wrong. */
export const ROOT_KEY = new Uint8Array(32).fill(7)
export const OTHER_ROOT_KEY = new Uint8Array(32).fill(8)

export type EngineName = 'sqlite' | 'postgres'

export interface TemporaryStorage {
  store: Store
  /** What DATABASE_URL would be. */
  url: string
  /** SQLite's file; `-wal` and `-shm` lie beside it. Empty where the database is no file of ours. */
  file: string
  /** PORTAL_DATA, of this storage alone. */
  directory: string
  /** Closes the store and opens the same database again, as after a restart. */
  reopen(): Promise<Store>
  /** Closes the store and removes its database and folder. */
  remove(): Promise<void>
}

export interface TemporaryStorageOptions {
  now?: Instant
  rootKey?: Uint8Array
  /** The one this run is for when left out: see `projects` in remix.config.js. */
  engine?: EngineName
}

// In memory where the system has such a folder: the same files and the same system calls, but a thousand tests do not wait for a disk.
// What a disk loses is tried where it matters, on a real one (test/faults).
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

declare module 'vitest' {
  interface ProvidedContext {
    engine: EngineName
  }
}

/** Benches and processes that tests start have no run that could say. */
async function engineOfRun(): Promise<EngineName> {
  if (!process.env.VITEST_WORKER_ID) return 'sqlite'
  const { inject } = await import('vitest')
  return inject('engine')
}

/** A file with the portal's tables and nothing in them: a copy of it is made in a quarter of the time that its migrations take. */
async function migratedFile(): Promise<Buffer> {
  const directory = await mkdtemp(join(FOLDER, 'restante-template-'))
  try {
    const file = join(directory, 'portal.db')
    await migrate({ url: `sqlite:${file}`, dataDirectory: directory, now: 0 })
    return await readFile(file)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

let template: Promise<Buffer> | undefined

/** An empty portal's database, readable by its owner alone as the program would make it. */
async function sqliteIn(directory: string): Promise<string> {
  template ??= migratedFile()
  const file = join(directory, 'portal.db')
  await writeFile(file, await template, { mode: 0o600 })
  return file
}

/** A real database of its own. */
export async function temporaryStorage(options: TemporaryStorageOptions = {}): Promise<TemporaryStorage> {
  const { now = NEW_YEAR, rootKey = ROOT_KEY, engine = await engineOfRun() } = options
  const directory = await mkdtemp(join(FOLDER, 'restante-'))
  const file = engine === 'sqlite' ? await sqliteIn(directory) : ''
  const database = engine === 'sqlite' ? { url: `sqlite:${file}`, remove: async () => undefined } : await temporaryDatabase()
  const open = () => openStorage({ url: database.url, dataDirectory: directory, rootKey, now })
  const storage: TemporaryStorage = {
    store: await open(),
    url: database.url,
    file,
    directory,
    async reopen() {
      await storage.store.close()
      storage.store = await open()
      return storage.store
    },
    async remove() {
      await storage.store.close()
      await database.remove()
      await rm(directory, { recursive: true, force: true })
    },
  }
  return storage
}
