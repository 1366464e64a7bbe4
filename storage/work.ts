import type { Kysely } from 'kysely'
import { Ends } from './ends.ts'
import { Expected } from './expected.ts'
import { Keyring, PORTAL } from './keyring.ts'
import { NewEntries } from './new-entries.ts'
import type { OpenKeys } from './open-keys.ts'
import { type Rows, rowsUnder } from './rows.ts'
import type { Database, MessageRow } from './schema.ts'
import { SealedParts } from './sealed-parts.ts'
import type { Key } from './sealing/keys.ts'

/** The portal's own keys, opened once at start. */
export interface PortalKeys {
  organizations: OpenKeys
  /** Authenticates rows. */
  rows: Key
  /** Blind index across organizations. */
  index: Key
  /** Keyed hashes of codes. */
  codes: Key
  /** Authenticates what is kept outside the database. */
  journals: Key
}

/** What one transaction works with. Each noun's file makes of it what the portal asks for. */
export interface Work {
  db: Kysely<Database>
  keyring: Keyring
  parts: SealedParts
  rows: Rows
  portal: PortalKeys
  ends: Ends
  entries: NewEntries
  expected: Expected
  /** Messages this transaction added or changed, and the revision they reached: the trail must have an entry for each at commit. */
  changed: Map<string, number>
  /** Messages as this transaction found, or left them: nobody else changes them before it ends. Null in one that only reads. */
  seen: Map<string, MessageRow> | null
  /** Set when keys were destroyed: their pages must leave every file of the database. */
  shredded: boolean
}

export function workOn(db: Kysely<Database>, portal: PortalKeys): Work {
  const keyring = new Keyring(db, portal.organizations)
  const ends = new Ends(db)
  const parts = new SealedParts(db, keyring, ends)
  const rows = rowsUnder(portal.rows)
  const [entries, expected] = [new NewEntries(db, ends), new Expected()]
  const fresh = { changed: new Map(), seen: null, shredded: false }
  return { db, keyring, parts, rows, portal, ends, entries, expected, ...fresh }
}

/** Writes what waited to be written with others of its kind. Each transaction ends with it. */
export async function settle({ parts, entries, expected }: Work): Promise<void> {
  await parts.flush()
  await entries.flush()
  await expected.met()
}

/** Opens the portal's own keys, as they lie in the database. */
export async function openPortalKeys(db: Kysely<Database>, organizations: OpenKeys): Promise<PortalKeys> {
  const keyring = new Keyring(db, organizations)
  return {
    organizations,
    rows: await keyring.hashing(PORTAL, 'authenticate rows'),
    index: await keyring.hashing(PORTAL, 'blind index'),
    codes: await keyring.hashing(PORTAL, 'keyed hash'),
    journals: await keyring.hashing(PORTAL, 'authenticate journals'),
  }
}
