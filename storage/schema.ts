/**
 * Every table and column there is. Only what every database has: text, integers (milliseconds, counters, 0 and 1 for no and yes) and
 * bytes. Whatever could tell about a person is not here but in `sealed_parts`, found again through keyed hashes.
 */
export interface Database {
  migrations: MigrationRow
  root_keys: RootKeyRow
  organization_keys: OrganizationKeyRow
  signing_keys: SigningKeyRow
  sealed_parts: SealedPartRow
  organizations: OrganizationRow
  clients: ClientRow
  access_tokens: AccessTokenRow
  staff: StaffRow
  recipients: RecipientRow
  deposits: DepositRow
  messages: MessageRow
  attachments: AttachmentRow
  attachment_chunks: AttachmentChunkRow
  receipts: ReceiptRow
  outbox: LetterRow
  deposit_keys: DepositKeyRow
  sessions: SessionTableRow
  factors: FactorRow
  printed_codes: PrintedCodeRow
  sign_in_requests: SignInRequestRow
  mailbox_codes: MailboxCodeRow
  enrolments: EnrolmentRow
  attempts: AttemptRow
  invitations: InvitationRow
  trail_entries: TrailEntryRow
  trail_head: TrailHeadRow
  checkpoints: CheckpointRow
}

/** A row whose other columns are authenticated: HMAC-SHA-256 over all of them that are not null. See rows.ts. */
export interface Authenticated {
  mac: Uint8Array
}

export interface MigrationRow {
  name: string
  at: number
}

/** Which root keys this database has been opened with; holds nothing of the keys. */
export interface RootKeyRow {
  id: string
  created_at: number
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
  /** AES-KW: 40 bytes. */
  wrapped: Uint8Array
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

/** One sealed value of whichever table. */
export interface SealedPartRow {
  /** Id of the row the value belongs to. */
  owner: string
  /** `subject`, `name`, `address`, `secret`… */
  part: string
  organization: string
  /** The organization key that wraps the data key. */
  kek: string
  /** AES-KW: 40 bytes. */
  wrapped_key: Uint8Array
  /** version, nonce, ciphertext, tag; of an attachment's content the head of its stream. */
  sealed: Uint8Array
}

/** Sealed: profile (name, telephone, time zone, whether notices may name it). */
export interface OrganizationRow {
  id: string
  created_at: number
}

/** Sealed: name. */
export interface ClientRow extends Authenticated {
  id: string
  organization: string
  /** Separated by spaces. */
  scopes: string
  /** SHA-256 of a random secret, as are the other `…_hash` columns of tokens. */
  api_key_hash: string
  secret_hash: string
  created_at: number
  expires_at: number | null
  revoked_at: number | null
}

export interface AccessTokenRow extends Authenticated {
  hash: string
  client: string
  scopes: string
  expires_at: number
}

/** Sealed: name, address. */
export interface StaffRow extends Authenticated {
  id: string
  organization: string
  /** Keyed hash of the address, the same in every organization. */
  address_index: string
  role: string
  created_at: number
  disabled_at: number | null
}

/** Sealed: name, address, preferences (language, time zone). */
export interface RecipientRow extends Authenticated {
  id: string
  organization: string
  /** Keyed hash of the address under the organization's key. */
  address_index: string
  /** The same under the portal's key: who signs in does not name an organization. */
  portal_address_index: string
  created_at: number
  confirmed_at: number | null
}

/** Sealed: particulars (reference, reason of the fallback), idempotency (key, body, answer). */
export interface DepositRow extends Authenticated {
  id: string
  organization: string
  sender_kind: 'client' | 'staff'
  sender: string
  thread: string
  retention: string
  reference_index: string | null
  /** Keyed hash of the client's idempotency key. */
  idempotency_index: string | null
  created_at: number
}

/** Sealed: subject, from, body, locator, and the reason of a retraction. */
export interface MessageRow extends Authenticated {
  id: string
  organization: string
  deposit: string
  thread: string
  direction: 'to_recipient' | 'reply'
  recipient: string
  sender_kind: 'client' | 'staff'
  sender: string
  in_reply_to: string | null
  state: 'waiting' | 'opened' | 'expired' | 'retracted' | 'disposed'
  created_at: number
  expires_at: number
  retain_until: number
  opened_at: number | null
  retracted_at: number | null
  tell_recipient: number
  hidden_at: number | null
  reply_allowed: number
  confidential: number
  needs_confirmation: 'code' | 'birth_date' | null
  /** Keyed hash of the activation code or birth date. */
  activation_hash: string | null
  locator_hash: string | null
  attachment_count: number
  /** Order in which messages became durable. A cursor over ids would miss one that was begun first and kept last. */
  position: number
  /** One more with each change; the trail holds the same number. */
  revision: number
}

/** Sealed: file (name and type), content (head of the stream). */
export interface AttachmentRow extends Authenticated {
  id: string
  message: string
  organization: string
  recipient: string
  size: number
}

export interface AttachmentChunkRow {
  attachment: string
  number: number
  /** ciphertext, tag. */
  sealed: Uint8Array
}

export interface ReceiptRow {
  id: string
  message: string
  stage: string
  at: number
  attachment: string | null
  /** Message, stage and attachment of a receipt that may be there only once; null of others. */
  once: string | null
}

/** Sealed: content (until it is settled), answer. */
export interface LetterRow {
  id: string
  organization: string
  kind: string
  message: string | null
  state: string
  attempts: number
  created_at: number
  next_attempt_at: number
  claimed_until: number | null
  settled_at: number | null
  message_id_header: string
}

/** Sealed: private (JWK). */
export interface DepositKeyRow extends Authenticated {
  kid: string
  created_at: number
  expires_at: number
}

export interface SessionTableRow extends Authenticated {
  token_hash: string
  handle: string
  person_kind: 'recipient' | 'staff'
  person: string
  organization: string
  level: string
  method: string
  created_at: number
  signed_in_at: number
  last_seen_at: number
}

/** Sealed: secret, label. */
export interface FactorRow extends Authenticated {
  id: string
  person_kind: 'recipient' | 'staff'
  person: string
  organization: string
  kind: string
  /** Keyed hash of a passkey's credential id. */
  credential_hash: string | null
  created_at: number
  last_used_at: number | null
  counter: number
}

export interface PrintedCodeRow {
  person_kind: 'recipient' | 'staff'
  person: string
  /** Keyed hash of person and code. */
  code_hash: string
  created_at: number
  spent_at: number | null
}

/** Sealed: locator. */
export interface SignInRequestRow extends Authenticated {
  token_hash: string
  subject: string
  person_kind: 'recipient' | 'staff' | null
  person: string | null
  organization: string | null
  challenge: string | null
  passphrase_at: number | null
  created_at: number
  expires_at: number
}

export interface MailboxCodeRow extends Authenticated {
  /** Token hash of the request it was asked for in. */
  request: string
  /** Keyed hash of request and code. */
  code_hash: string
  reference: string
  created_at: number
  expires_at: number
  spent_at: number | null
}

/** Sealed: choices (passphrase, key of the authenticator app). */
export interface EnrolmentRow extends Authenticated {
  /** Of the session that enrols. */
  token_hash: string
  person_kind: 'recipient' | 'staff'
  person: string
  organization: string
  challenge: string | null
  created_at: number
}

export interface AttemptRow {
  subject: string
  factor: string
  failures: number
  last_failure_at: number | null
  disabled_at: number | null
}

export interface InvitationRow extends Authenticated {
  token_hash: string
  person_kind: 'recipient' | 'staff'
  person: string
  organization: string
  expires_at: number
  spent_at: number | null
}

export interface TrailEntryRow extends Authenticated {
  /** Index of the leaf, from 0. */
  number: number
  at: number
  organization: string
  actor: string
  action: string
  object: string | null
  revision: number | null
  /** The exact bytes of the leaf. */
  bytes: Uint8Array
  leaf_hash: Uint8Array
}

/** One row, with id 1. */
export interface TrailHeadRow {
  id: number
  size: number
  /** Roots along the right edge, 32 bytes each, one after the other. */
  edge: Uint8Array
}

export interface CheckpointRow {
  size: number
  root_hash: Uint8Array
  note: string
  at: number
}
