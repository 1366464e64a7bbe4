import { createSecretKey, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { openPart, type Place, type SealedPart, sealPart } from '../../storage/sealing/envelope.ts'

/** A bare database beside the portal's, on the same disk, with the same promise: what is committed survives a power cut. */
export interface BareDatabase {
  db: Database.Database
  /** One durable commit of these bytes. */
  commit(bytes: Uint8Array): void
  close(): void
}

export function bareDatabase(): BareDatabase {
  const directory = mkdtempSync(path.join(tmpdir(), 'restante-floor-'))
  const db = new Database(path.join(directory, 'floor.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('create table kept (id integer primary key, bytes blob not null)')
  const insert = db.prepare('insert into kept (bytes) values (?)')
  return {
    db,
    commit: bytes => void insert.run(bytes),
    close() {
      db.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const KEY = createSecretKey(randomBytes(32))
const PLACE: Place = { organization: 'org_floor', owner: 'msg_floor', recipient: 'rcp_floor', part: 'body' }

/** The cipher calls of sealing so many parts of so many bytes together, and nothing else. */
export function sealParts(count: number, bytes: number): SealedPart[] {
  const each = new Uint8Array(Math.max(1, Math.round(bytes / count)))
  return Array.from({ length: count }, () => sealPart(each, PLACE, KEY))
}

/** The cipher calls of opening them. */
export const openParts = (parts: readonly SealedPart[]): Uint8Array[] => parts.map(part => openPart(part, PLACE, KEY))

/** How many bytes a portal's database has sealed. */
export function sealedIn(file: string): number {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare('select sum(length(sealed)) from sealed_parts').pluck().get() as number
  } finally {
    db.close()
  }
}
