import { createHash } from 'node:crypto'

export interface FileUpload {
  name: string
  /** What the sender says it is; what it is, is found from its bytes. */
  type: string
  bytes: Uint8Array
}

/** A large file that came before its deposit, and waits sealed until its sender's deposit names it. */
export interface StagedUpload {
  name: string
  /** Its id. */
  staged: string
  /** Bytes. */
  size: number
  /** SHA-256 of its content, base64url. */
  digest: string
}

export type ReceivedFile = FileUpload | StagedUpload

/** What tells one file from another: SHA-256 of its content, base64url. */
export const digestOf = (file: ReceivedFile): string =>
  'staged' in file ? file.digest : createHash('sha256').update(file.bytes).digest('base64url')
