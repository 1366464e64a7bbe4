import type { Instant } from '../time.ts'
import type { TreeHead } from './tree.ts'

/** What the trail asks of a database. Entries are added, never changed. */
export interface TrailStore {
  /** How large the tree is and the hashes along its right edge. Locks the head until the transaction ends. */
  head(): Promise<TreeHead>
  append(row: TrailRow, head: TreeHead): Promise<void>
  /** Entries from `from` on, in order. */
  entries(from: number, limit: number): Promise<TrailRow[]>
  entry(index: number): Promise<TrailRow | null>
  /** Of one organization, newest first. */
  list(organization: string, filter: TrailFilter, page: { before?: number | undefined; limit: number }): Promise<TrailRow[]>
  /**
   * Of these actions, what concerns these objects, newest first.
   *
   * @param about - ids; or a recipient, for the newest messages in their mailbox, what these came with, and the recipient themselves.
   * @param filter.notBy - leaves out what this actor did.
   */
  about(
    about: { objects: readonly string[] } | { recipient: string; newest: number },
    filter: { actions: readonly string[]; notBy?: string | undefined },
    page: { before?: number | undefined; limit: number },
  ): Promise<TrailRow[]>
  /** The entry that says the highest revision of this object; null when none does. */
  newestOf(object: string): Promise<TrailRow | null>
  /** The first of these actions among the entries from `from` to before `to`, in order. */
  among(actions: readonly string[], span: { from: number; to: number; limit: number }): Promise<TrailRow[]>
  leafHashes(from: number, limit: number): Promise<Uint8Array[]>
  addCheckpoint(checkpoint: StoredCheckpoint): Promise<void>
  latestCheckpoint(): Promise<StoredCheckpoint | null>
  checkpoints(): Promise<StoredCheckpoint[]>
}

export interface TrailFilter {
  object?: string | undefined
  actor?: string | undefined
  action?: string | undefined
}

/** One entry as it lies in the database: the exact bytes that were hashed, and columns to find it by. */
export interface TrailRow {
  index: number
  at: Instant
  organization: string
  actor: string
  action: string
  object: string | null
  /** Revision of the object after this change; null for entries that only tell of a look. */
  revision: number | null
  /** The leaf: canonical JSON, UTF-8. */
  bytes: Uint8Array
  leafHash: Uint8Array
}

export interface StoredCheckpoint {
  size: number
  rootHash: Uint8Array
  /** The signed note, C2SP form. */
  note: string
  at: Instant
}
