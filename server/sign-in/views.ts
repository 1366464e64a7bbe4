import type { Instant } from '../time.ts'
import type { FactorKind } from './store.ts'

/** What pages are given about signing in: plain data. */

/** A session has begun (or begun anew, at a higher level): the token belongs in the cookie and nowhere else. */
export interface Started {
  sessionToken: string
  /** `enrol`: only the mailbox is proven. */
  next: 'enrol' | 'read' | 'work'
  /** The message of theirs whose notice they came from. */
  message?: string | null
  /** Somebody, they or another, is getting back in with a code: they are told before anything else, and can stop it. */
  recoveryUnderWay?: boolean
}

/** The mailbox is proven, and has accounts with several organizations: which is meant is to be said first. */
export interface Undecided {
  next: 'which'
}

/** One of the accounts of a mailbox that was proven. */
export interface AccountLine {
  id: string
  kind: 'recipient' | 'staff'
  /** Empty where letters may not name it: whoever reads somebody's mail learns no more here than the mail may say. */
  organization: string
  phone: string
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
  /** Somebody wants back in with a code; from `opensAt` until `closesAt` (`isOpen`) they may choose a new way to sign in. */
  recovery: RecoveryLine | null
}

export interface RecoveryLine {
  /** A code of their printed ones, or one that the clinic's desk gave out. */
  with: 'printed_code' | 'claim_code'
  opensAt: Instant
  closesAt: Instant
  isOpen: boolean
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
