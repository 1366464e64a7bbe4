import { type Rows, rowsUnder } from './rows.ts'
import type { OrganizationKeyRow } from './schema/keys.ts'
import { sameBytes } from './sealing/blind-index.ts'
import { deriveKey, type Key, type Purpose, type RootKey, unwrapOrganizationKey } from './sealing/keys.ts'
import { tampered } from './sealing/refusal.ts'
import { rewrapKey } from './sealing/rewrap.ts'

/** Keys that were unwrapped before, shared by all transactions. What is in the database is still looked up each time. */
export class OpenKeys {
  /** The root key that this database should be under; until `portal keys rotate --root` it may be another. */
  readonly root: RootKey
  readonly #roots: Map<string, { root: RootKey; rows: Rows }>
  readonly #unwrapped = new Map<string, Key>()
  /** Rows whose macs were right, by id. */
  readonly #checked = new Map<string, OrganizationKeyRow>()
  readonly #derived = new Map<string, Key>()

  /** @param previous - root keys that some keys may still be under. */
  constructor(root: RootKey, previous: readonly RootKey[] = []) {
    this.root = root
    this.#roots = new Map([...previous, root].map(each => [each.id, { root: each, rows: rowsUnder(each.authentication) }]))
  }

  /** Whether this process was given that root key. */
  knowsRoot(id: string): boolean {
    return this.#roots.has(id)
  }

  /** @throws PortalError `tampered` when this process was not given it. */
  rootById(id: string): RootKey {
    return this.#known(id).root
  }

  seal(row: Omit<OrganizationKeyRow, 'mac'>): OrganizationKeyRow {
    return this.#known(row.root_key).rows.sign('organization_keys', row)
  }

  /** @throws PortalError `tampered` when the row is not as it was written. */
  check(row: OrganizationKeyRow): OrganizationKeyRow {
    const { rows } = this.#known(row.root_key)
    const before = this.#checked.get(row.id)
    // Every transaction meets the same few rows, and comparing one takes a tenth of authenticating it.
    if (before !== undefined && isSameRow(row, before)) return row
    rows.check('organization_keys', row)
    this.#checked.set(row.id, row)
    return row
  }

  /** @throws PortalError `tampered` when the row is not as it was written, or its key is retired. */
  open(row: OrganizationKeyRow): Key {
    this.check(row)
    if (row.retired_at !== null) throw tampered()
    const known = this.#unwrapped.get(row.id)
    if (known) return known
    const key = unwrapOrganizationKey(this.rootById(row.root_key), row.wrapped)
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

  /** The same row under {@link root}; every column keeps its size. */
  underRoot(row: OrganizationKeyRow): OrganizationKeyRow {
    const { mac: _, ...columns } = this.check(row)
    const { wrapping } = this.rootById(row.root_key)
    // Of a retired key nothing is left to be wrapped.
    const wrapped = row.retired_at === null ? rewrapKey(wrapping, this.root.wrapping, row.wrapped) : row.wrapped
    return this.seal({ ...columns, wrapped, root_key: this.root.id })
  }

  /** A retired key is not kept at hand. */
  drop(id: string): void {
    this.#unwrapped.delete(id)
    this.#checked.delete(id)
  }

  #known(id: string): { root: RootKey; rows: Rows } {
    const known = this.#roots.get(id)
    if (!known) throw tampered()
    return known
  }
}

/** Whether every column is the same, the mac included. */
function isSameRow(one: OrganizationKeyRow, other: OrganizationKeyRow): boolean {
  return (
    one.id === other.id &&
    one.organization === other.organization &&
    one.purpose === other.purpose &&
    one.root_key === other.root_key &&
    one.created_at === other.created_at &&
    one.retired_at === other.retired_at &&
    sameBytes(one.wrapped, other.wrapped) &&
    sameBytes(one.mac, other.mac)
  )
}
