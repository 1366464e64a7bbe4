import type { Instant } from '../time.ts'
import type { FactorKind } from './store.ts'

/** What pages are given about signing in: plain data. */

/** A session has begun (or begun anew, at a higher level): the token belongs in the cookie and nowhere else. */
export interface Started {
  sessionToken: string
  /** `enrol`: only the mailbox is proven. */
  next: 'enrol' | 'read' | 'work'
}

/** What is asked for after a passphrase: a code of the app, or, from who has none, a printed one. */
export type SecondFactor = 'totp' | 'printed_code'

export interface Enrolment {
  mayEnrol: boolean
  /** Why not, when not: this account has factors already and must be entered with one of them. */
  factors: FactorKind[]
  needsConfirmation: 'code' | 'birth_date' | null
  /** Asked of everyone who needs a person to talk to. Empty below two factors where letters may not name it. */
  organization: string
  phone: string
  kind: 'recipient' | 'staff'
  /** Whether a passphrase has been chosen in this enrolment. */
  passphraseChosen: boolean
  /** Somebody wants back in with a printed code; from `opensAt` on (`isOpen`) they may choose a new way to sign in. */
  recovery: { opensAt: Instant; isOpen: boolean } | null
}

export interface FactorLine {
  id: string
  kind: FactorKind
  label: string
  createdAt: Instant
  lastUsedAt: Instant | null
}

export interface SessionLine {
  handle: string
  createdAt: Instant
  lastSeenAt: Instant
  isThisOne: boolean
}
