import type { Kysely } from 'kysely'
import { PortalError } from '../server/errors.ts'
import type { Instant } from '../server/time.ts'
import { type Rows, rowsUnder } from './rows.ts'
import type { OrganizationKeyRow } from './schema/keys.ts'
import type { Database } from './schema.ts'
import {
  deriveKey,
  type Key,
  newKeyId,
  newWrappedKey,
  type Purpose,
  type RootKey,
  unwrapOrganizationKey,
} from './sealing/keys.ts'
import { tampered } from './sealing/refusal.ts'

/** Owns what belongs to no organization: deposit keys, the trail's signing key, sign-ins under way. */
export const PORTAL = 'portal'

/** Keys that were unwrapped before, shared by all transactions. What is in the database is still looked up each time. */
export class OpenKeys {
  readonly root: RootKey
  readonly #rows: Rows
  readonly #unwrapped = new Map<string, Key>()
  readonly #derived = new Map<string, Key>()

  constructor(root: RootKey) {
    this.root = root
    this.#rows = rowsUnder(root.authentication)
  }

  seal(row: Omit<OrganizationKeyRow, 'mac'>): OrganizationKeyRow {
    return this.#rows.sign('organization_keys', row)
  }

  /** @throws PortalError `tampered` when the row is not as it was written, or was wrapped by another root key. */
  open(row: OrganizationKeyRow): Key {
    this.#rows.check('organization_keys', row)
    const known = this.#unwrapped.get(row.id)
    if (known) return known
    if (row.root_key !== this.root.id) throw tampered()
    const key = unwrapOrganizationKey(this.root, row.wrapped)
    this.#unwrapped.set(row.id, key)
    return key
  }

  derive(row: OrganizationKeyRow, purpose: Purpose): Key {
    const secret = this.open(row)
    const name = `${row.id} ${purpose}`
    const known = this.#derived.get(name)
    if (known) return known
    const key = deriveKey(secret, purpose)
    this.#derived.set(name, key)
    return key
  }
}

/** The organizations' keys as one transaction sees them. */
export class Keyring {
  readonly #db: Kysely<Database>
  readonly #keys: OpenKeys
  readonly #rows = new Map<string, OrganizationKeyRow>()
  readonly #current = new Map<string, OrganizationKeyRow>()

  constructor(db: Kysely<Database>, keys: OpenKeys) {
    this.#db = db
    this.#keys = keys
  }

  /** Makes an organization's first keys. */
  async addFor(organization: string, now: Instant): Promise<void> {
    for (const purpose of ['wrapping', 'hashing'] as const) {
      const wrapped = newWrappedKey(this.#keys.root)
      const row = {
        id: newKeyId(),
        organization,
        purpose,
        root_key: this.#keys.root.id,
        wrapped,
        created_at: now,
        retired_at: null,
      }
      await this.#db.insertInto('organization_keys').values(this.#keys.seal(row)).execute()
    }
  }

  /** The key that wraps new data keys of this organization. */
  async wrapping(organization: string): Promise<{ id: string; key: Key }> {
    const row = await this.#currentRow(organization, 'wrapping')
    return { id: row.id, key: this.#keys.open(row) }
  }

  /**
   * The key a data key was wrapped with.
   *
   * @throws PortalError `tampered` when it is another organization's, retired, or not there.
   */
  async wrappingById(id: string, organization: string): Promise<Key> {
    const row =
      this.#rows.get(id) ?? (await this.#db.selectFrom('organization_keys').selectAll().where('id', '=', id).executeTakeFirst())
    if (!row || row.organization !== organization || row.purpose !== 'wrapping' || row.retired_at !== null) throw tampered()
    this.#rows.set(id, row)
    return this.#keys.open(row)
  }

  /** A key for one purpose that stays the same when the wrapping key rotates. */
  async hashing(organization: string, purpose: Purpose): Promise<Key> {
    return this.#keys.derive(await this.#currentRow(organization, 'hashing'), purpose)
  }

  async #currentRow(organization: string, purpose: OrganizationKeyRow['purpose']): Promise<OrganizationKeyRow> {
    const name = `${purpose} ${organization}`
    const known = this.#current.get(name)
    if (known) return known
    const row = await this.#db
      .selectFrom('organization_keys')
      .selectAll()
      .where('organization', '=', organization)
      .where('purpose', '=', purpose)
      .where('retired_at', 'is', null)
      .orderBy('created_at', 'desc')
      .executeTakeFirst()
    if (!row) throw new PortalError('not_found', 'There is no such organization.')
    this.#current.set(name, row)
    return row
  }
}
