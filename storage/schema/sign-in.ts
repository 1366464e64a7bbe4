import type { Authenticated } from './keys.ts'

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

/** Sealed: begun (locator, address, whose passphrase was shown, when the mailbox was proven). */
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

export interface DeviceRow {
  /** Keyed hash of person and the browser's random word. */
  device_hash: string
  person_kind: 'recipient' | 'staff'
  person: string
  first_seen_at: number
  last_seen_at: number
}

export interface NetworkActsRow {
  /** Keyed hash of an address or the first half of one. */
  network: string
  /** Minutes since 1970. */
  time_window: number
  acts: number
}

export interface InvitationRow extends Authenticated {
  token_hash: string
  person_kind: 'recipient' | 'staff'
  person: string
  organization: string
  expires_at: number
  spent_at: number | null
}

export interface RecoveryRow extends Authenticated {
  id: string
  person_kind: 'recipient' | 'staff'
  person: string
  organization: string
  cancel_hash: string
  /** Keyed hash of person and printed code. */
  code_hash: string
  started_at: number
  opens_at: number
  state: 'running' | 'cancelled' | 'completed' | 'over'
  ended_at: number | null
}
