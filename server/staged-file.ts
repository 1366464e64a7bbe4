import type { SenderRef } from './sender.ts'
import type { PersonRef } from './sign-in/store.ts'
import type { Instant } from './time.ts'

/** Bytes from `from` to before `to`. */
export interface ByteRange {
  from: number
  to: number
}

/** Who sends a file: a sender for a deposit, a recipient for what they write back. */
type StagedBy = SenderRef | (PersonRef & { kind: 'recipient' })

/** A file that comes before its deposit, or before the answer that it goes with. */
export interface NewStagedFile {
  name: string
  /** Media type by content. */
  type: string
  /** Who sends it; nobody else can claim it. */
  by: StagedBy
  at: Instant
}

/** A file that waits for its deposit. */
export interface StagedFile extends Omit<NewStagedFile, 'at'> {
  id: string
  /** Bytes. */
  size: number
  /** SHA-256 of the content, base64url. */
  digest: string
}

/** What {@link Store.checkObjects} has found. */
export interface ObjectFindings {
  /** Objects that were removed, or whose removal has begun. */
  removed: number
  /** Names of objects that attachments show, and that are not there or not as long as they were. */
  missing: string[]
  /** Whether the portal of a copy of this database keeps its objects in the same place: then nothing is removed there by either. */
  isShared: boolean
}

export interface StagedFiles {
  /** One that waits for its deposit; null when there is none, or it was claimed before. */
  find(id: string): Promise<StagedFile | null>
  /** The deposit at hand has taken it over: nothing removes it any more. @throws PortalError `conflict` when it is not there any more */
  claim(id: string): Promise<void>
  /** Destroys the keys of a file that nobody claimed. @returns whether it was this that did */
  discard(id: string): Promise<boolean>
  /** Ids of those that no deposit claimed, that no draft holds, and that began to come before this moment, oldest first. */
  abandoned(before: Instant, limit: number): Promise<string[]>
}

/** Smaller files come along with what they belong to, in memory, and lie in the database with it. */
export const STAGED_FROM_BYTES = 256 * 1024

const PIECE_BYTES = 256 * 1024

/** Bytes that are all there as they would come: sealed at once, they would hold the event loop. */
export async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES)
}
