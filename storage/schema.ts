import type { DraftFileRow, DraftRow } from './schema/drafts.ts'
import type { Authenticated, DataKeyRow, OrganizationKeyRow, RootKeyRow, SealedPartRow, SigningKeyRow } from './schema/keys.ts'
import type {
  AttemptRow,
  DeviceRow,
  EnrolmentRow,
  FactorRow,
  InvitationRow,
  MailboxCodeRow,
  NetworkActsRow,
  PrintedCodeRow,
  RecoveryRow,
  SessionTableRow,
  SignInRequestRow,
} from './schema/sign-in.ts'

/**
 * Every table and column there is. Only what every database has: text, integers (milliseconds, counters, 0 and 1 for no and yes) and
 * bytes. Whatever could tell about a person is not here but in `sealed_parts`, found again through keyed hashes.
 */
export interface Database {
  migrations: MigrationRow
  backfills: BackfillRow
  root_keys: RootKeyRow
  organization_keys: OrganizationKeyRow
  signing_keys: SigningKeyRow
  data_keys: DataKeyRow
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
  stored_objects: StoredObjectRow
  drafts: DraftRow
  draft_files: DraftFileRow
  receipts: ReceiptRow
  outbox: LetterRow
  marks: MarkRow
  deposit_keys: DepositKeyRow
  holds: HoldRow
  sessions: SessionTableRow
  factors: FactorRow
  printed_codes: PrintedCodeRow
  sign_in_requests: SignInRequestRow
  mailbox_codes: MailboxCodeRow
  enrolments: EnrolmentRow
  attempts: AttemptRow
  devices: DeviceRow
  network_acts: NetworkActsRow
  invitations: InvitationRow
  recoveries: RecoveryRow
  trail_entries: TrailEntryRow
  trail_head: TrailHeadRow
  checkpoints: CheckpointRow
}

export interface MigrationRow {
  name: string
  at: number
}

/** A migration whose rows are still being moved; gone when all are. The table is made when it is first needed. */
export interface BackfillRow {
  migration: string
  /** Where the last batch stopped; null before the first. */
  reached: string | null
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
  /** One more with each change; the trail holds the same number. */
  revision: number
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

/** Sealed: subject, from, body, locator, form (hash of the words it was sent with), and the reason of a retraction. */
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
  /** SHA-256 of the random word of the form it was sent with. One form of one recipient makes one message. */
  form_hash: string | null
  attachment_count: number
  /** Order in which messages became durable. A cursor over ids would miss one that was begun first and kept last. */
  position: number
  /** One more with each change; the trail holds the same number. */
  revision: number
}

/** Sealed: file (name and type); content (head of the stream), or object (what opens the object). */
export interface AttachmentRow extends Authenticated {
  id: string
  message: string
  organization: string
  recipient: string
  size: number
  /** Name of the object its content lies in; null where it lies in chunks. */
  stored_object: string | null
}

export interface AttachmentChunkRow {
  attachment: string
  number: number
  /** ciphertext, tag. */
  sealed: Uint8Array
}

/**
 * An object in the part store, from before its first byte is written until after its last is gone. Sealed, until a deposit claims it:
 * file (name, type, digest), object (what opens it). Afterwards each attachment that shows it holds what opens it.
 */
export interface StoredObjectRow extends Authenticated {
  /** Its random name. */
  id: string
  organization: string
  staged_by_kind: 'client' | 'staff' | 'recipient'
  staged_by: string
  /** `staged`: no deposit has claimed it. `kept`: attachments show it. `discarded`: nothing opens it any more, and it is to be removed. */
  state: 'staged' | 'kept' | 'discarded'
  /** Bytes of the content; null until all of it is there. */
  size: number | null
  created_at: number
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
  /** Of a notice or what follows it: whose mailbox its message is in. Null of one that was settled before this column was there. */
  recipient: string | null
  state: string
  attempts: number
  created_at: number
  next_attempt_at: number
  claimed_until: number | null
  settled_at: number | null
  message_id_header: string
}

/** How far a job has come (server/mark.ts). */
export interface MarkRow {
  name: string
  at: number
  id: string
}

/** Sealed: reason. */
export interface HoldRow extends Authenticated {
  id: string
  organization: string
  /** Id of what it covers. */
  object: string
  placed_at: number
  released_at: number | null
}

/** Sealed: private (JWK). */
export interface DepositKeyRow extends Authenticated {
  kid: string
  created_at: number
  expires_at: number
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
