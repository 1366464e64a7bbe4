import type { Instant } from '../time.ts'

/**
 * The keys that wrap data keys, one after the other for each organization, and the root key that wraps those. That they change
 * changes nothing for anybody else: what is sealed stays as it is, only the data keys are wrapped anew.
 */
export interface Keys {
  /** Every wrapping key there was, of one organization or of all and of the portal itself, oldest first. */
  list(organization?: string): Promise<WrappingKey[]>
  /** How many data keys are under each, by its id; looks at all of them. */
  dataKeyCounts(): Promise<Map<string, number>>
  /** Makes the key under which an organization's new data keys are from this transaction on. @returns it, and the one before. */
  addWrappingKey(organization: string, now: Instant): Promise<{ id: string; before: string }>
  /** The number of the newest data key; they are numbered from 1. */
  lastDataKey(): Promise<number>
  /** Numbers of data keys between these (both included) that are under one of these keys, lowest first. */
  dataKeysUnder(keys: readonly string[], between: { from: number; to: number }): Promise<number[]>
  /**
   * Wraps these data keys by their organization's current key. Those that are under it are left out.
   *
   * @returns how many; and the numbers of those that do not verify, which stay as they are.
   */
  rewrap(numbers: readonly number[]): Promise<{ rewrapped: number; damaged: number[] }>
  /** Destroys a wrapping key that nothing is under any more. The trail must tell of it, with revision 1, in this transaction. */
  retire(id: string, at: Instant): Promise<void>

  /** Root keys of this database, oldest first. */
  rootKeys(): Promise<RootKeyState[]>
  /** Begins to wrap organizations' keys by the root key that was set. @returns its id, and the ids of those before that are not retired. */
  addRootKey(now: Instant): Promise<{ id: string; isNew: boolean; before: string[] }>
  /** Wraps up to so many organizations' keys by the root key that was set. @returns how many, and how many are left. */
  rewrapOrganizationKeys(limit: number): Promise<{ done: number; left: number }>
  /** As {@link retire}, for a root key. */
  retireRootKey(id: string, at: Instant): Promise<void>
}

export interface WrappingKey {
  id: string
  /** `portal` for the keys of the portal itself. */
  organization: string
  /** How many there have been, this one included. */
  epoch: number
  /** Id of the root key it is wrapped by. */
  rootKey: string
  createdAt: Instant
  retiredAt: Instant | null
}

export interface RootKeyState {
  id: string
  /** When the database began to use it. */
  createdAt: Instant
  retiredAt: Instant | null
  /** Whether it is the one this process was set. */
  isSet: boolean
}
