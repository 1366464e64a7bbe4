import type { Kysely } from 'kysely'
import { PortalError } from '../server/errors.ts'
import type { Instant } from '../server/time.ts'
import type { Action } from '../server/trail/action.ts'
import type { OpenKeys } from './open-keys.ts'
import { prepared } from './prepared.ts'
import { currentRootKey } from './root-keys.ts'
import type { OrganizationKeyRow } from './schema/keys.ts'
import type { Database } from './schema.ts'
import { type Key, newKeyId, newWrappedKey, type Purpose } from './sealing/keys.ts'
import { tampered } from './sealing/refusal.ts'

/** Owns what belongs to no organization: deposit keys, the trail's signing key, sign-ins under way. */
export const PORTAL = 'portal'

/** The organizations' keys as one transaction sees them. */
export class Keyring {
  readonly #db: Kysely<Database>
  readonly #keys: OpenKeys
  /** Keys in use by organization, the newest first. */
  readonly #rows = new Map<string, Promise<OrganizationKeyRow[]>>()
  readonly #opened = new Map<string, Key>()

  constructor(db: Kysely<Database>, keys: OpenKeys) {
    this.#db = db
    this.#keys = keys
  }

  /** Makes an organization's first keys. */
  async addFor(organization: string, now: Instant): Promise<void> {
    for (const purpose of ['wrapping', 'hashing'] as const) await this.add(organization, purpose, now)
  }

  /** Makes a key; from now on it is the current one of its purpose. */
  async add(organization: string, purpose: OrganizationKeyRow['purpose'], createdAt: Instant): Promise<OrganizationKeyRow> {
    const root = await currentRootKey(this.#db, this.#keys)
    const row = this.#keys.seal({
      id: newKeyId(),
      organization,
      purpose,
      root_key: root.id,
      wrapped: newWrappedKey(root),
      created_at: createdAt,
      retired_at: null,
    })
    await this.#db.insertInto('organization_keys').values(row).execute()
    this.forget()
    return row
  }

  /** The key that wraps new data keys of this organization. */
  async wrapping(organization: string): Promise<{ id: string; key: Key }> {
    const row = await this.#currentRow(organization, 'wrapping')
    return { id: row.id, key: await this.#open(row) }
  }

  /**
   * The key a data key was wrapped with.
   *
   * @throws PortalError `tampered` when it is another organization's, retired, or not there.
   */
  async wrappingById(id: string, organization: string): Promise<Key> {
    const row = (await this.#inUse(organization)).find(key => key.id === id && key.purpose === 'wrapping')
    if (!row) throw tampered()
    return this.#open(row)
  }

  /** A key for one purpose that stays the same when the wrapping key rotates. */
  async hashing(organization: string, purpose: Purpose): Promise<Key> {
    const row = await this.#currentRow(organization, 'hashing')
    await this.#open(row)
    return this.#keys.derive(row, purpose)
  }

  /** Asks for an organization's keys ahead, where what is under them is just being asked for. */
  ask(organization: string): void {
    this.#inUse(organization).catch(() => undefined) // whoever needs one is told
  }

  /** Rows are read anew from here on: after the transaction at hand has changed some. */
  forget(): void {
    this.#rows.clear()
    this.#opened.clear()
  }

  async #currentRow(organization: string, purpose: OrganizationKeyRow['purpose']): Promise<OrganizationKeyRow> {
    const row = (await this.#inUse(organization)).find(key => key.purpose === purpose)
    if (!row) throw await this.#noneInUse(organization)
    return row
  }

  #inUse(organization: string): Promise<OrganizationKeyRow[]> {
    const known = this.#rows.get(organization)
    if (known) return known
    const newestFirst = inUse(this.#db, { organization }).then(({ rows }) =>
      rows.sort((one, other) => other.created_at - one.created_at),
    )
    this.#rows.set(organization, newestFirst)
    return newestFirst
  }

  async #noneInUse(organization: string): Promise<PortalError> {
    const any = this.#db.selectFrom('organization_keys').select('id').where('organization', '=', organization)
    return (await any.executeTakeFirst()) ? tampered() : new PortalError('not_found', 'There is no such organization.')
  }

  async #open(row: OrganizationKeyRow): Promise<Key> {
    const known = this.#opened.get(row.id)
    if (known) return known
    if (!this.#keys.knowsRoot(row.root_key)) throw await this.#otherRoot(row)
    const key = this.#keys.open(row)
    this.#opened.set(row.id, key)
    return key
  }

  /** Whether the root key was changed behind this process's back, or somebody made the row up. */
  async #otherRoot({ root_key }: OrganizationKeyRow): Promise<PortalError> {
    const known = await this.#db.selectFrom('root_keys').select('id').where('id', '=', root_key).executeTakeFirst()
    return known ? new PortalError('unavailable', `${CHANGED} (${root_key})`) : tampered()
  }
}

const CHANGED = 'The root key has been changed: this process must be started again with the new one.'

const RETIRED: Action = 'key.retired'

/**
 * An organization's keys but those that are retired, also where only the trail says so of them or of their root key: an older copy of a
 * row has a valid mac, and whoever can write to the database can put it back.
 */
const inUse = prepared((db, { organization }: { organization: string }) =>
  db
    .selectFrom('organization_keys')
    .selectAll()
    .where('organization', '=', organization)
    .where('retired_at', 'is', null)
    .where(({ not, exists, selectFrom, ref }) =>
      not(
        exists(
          selectFrom('trail_entries')
            .select('number')
            .where('object', 'in', [ref('organization_keys.id'), ref('organization_keys.root_key')])
            .where('action', '=', RETIRED),
        ),
      ),
    ),
)
