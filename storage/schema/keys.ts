/** A row whose other columns are authenticated: HMAC-SHA-256 over all of them that are not null. See rows.ts. */
export interface Authenticated {
  mac: Uint8Array
}

/** Which root keys this database has been opened with; holds nothing of the keys. */
export interface RootKeyRow {
  id: string
  /** When it began to be used; of two that are not retired, the newer wraps new keys. */
  created_at: number
  /** From then on nothing is under it, and a portal that is given it does not start. */
  retired_at: number | null
}

/** Keys of an organization, each wrapped by the root key. */
export interface OrganizationKeyRow extends Authenticated {
  id: string
  /** Organization, or `portal` for what belongs to none. */
  organization: string
  /** `wrapping` wraps data keys and rotates; `hashing` is what blind indexes and keyed hashes come from, and stays. */
  purpose: 'wrapping' | 'hashing'
  /** Id of the root key it is wrapped by. */
  root_key: string
  /**
   * AES-KW: 40 bytes; empty once retired. Rows are added at the end, are changed in place and never grow, so that SQLite moves none of
   * them and what is overwritten was the only copy (as in {@link DataKeyRow}).
   */
  wrapped: Uint8Array
  /** Of an organization's keys of one purpose, the newest that is not retired is the current one. No two have the same. */
  created_at: number
  /** From then on it seals and opens nothing. */
  retired_at: number | null
}

/** Ed25519 keys of the portal; the private half is a sealed part. */
export interface SigningKeyRow extends Authenticated {
  id: string
  purpose: 'trail'
  public_key: Uint8Array
  created_at: number
}

/**
 * The data keys of sealed parts, in a table of their own whose rows have one size, are added at the end and never removed: so each
 * stays on the page where it was first written, and overwriting it destroys the only copy. In a table that grows in the middle,
 * SQLite leaves copies of rows behind on the pages it moves them from, and `secure_delete` does not reach those.
 */
export interface DataKeyRow {
  number: number
  /** The organization key that wraps it. */
  kek: string
  /** AES-KW: 40 bytes; zeros once it was destroyed. */
  wrapped: Uint8Array
}

/** One sealed value of whichever table. */
export interface SealedPartRow {
  /** Id of the row the value belongs to. */
  owner: string
  /** `subject`, `name`, `address`, `secret`… */
  part: string
  organization: string
  /** Number of its data key. */
  data_key: number
  /** version, nonce, ciphertext, tag; of an attachment's content the head of its stream. */
  sealed: Uint8Array
}
