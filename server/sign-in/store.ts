import type { Instant } from '../time.ts'

/** Someone who can sign in: a recipient or a member of staff. */
export interface PersonRef {
  kind: 'recipient' | 'staff'
  id: string
  organization: string
}

/** How far somebody has proven who they are. A session at `mailbox` opens no content, ever. */
export type Level = 'mailbox' | 'full'

/** How the level was reached; written into each trail entry. */
export type Method = 'mailbox_code' | 'invitation' | 'passkey' | 'passphrase+totp' | 'passphrase+printed_code' | 'recovery' // mailbox, printed code, and the wait between; may only enrol

export interface SessionRow {
  /** SHA-256 (base64url) of the token in the cookie; the token itself is nowhere. */
  tokenHash: string
  /** `ses_…`, for lists and revocation; grants nothing. */
  handle: string
  person: PersonRef
  level: Level
  method: Method
  createdAt: Instant
  /** When the level was last proven: export, retraction and factor changes want it fresh. */
  signedInAt: Instant
  lastSeenAt: Instant
}

export type FactorKind = 'passkey' | 'passphrase' | 'totp' | 'printed_code'

/** One way to prove who one is. `secret` (PHC string, TOTP key, passkey's public key) is sealed at rest. */
export interface Factor {
  id: string
  person: PersonRef
  kind: FactorKind
  /** What the person calls it ("My phone"), or an empty string. */
  label: string
  secret: string
  createdAt: Instant
  lastUsedAt: Instant | null
  /** TOTP: the last time step that was accepted. Passkey: the signature counter. */
  counter: number
}

/** A sign-in under way, bound to one browser by a cookie. Whether anybody is meant, nothing shows. */
export interface SignInRequest {
  /** SHA-256 (base64url) of the token in the cookie. */
  tokenHash: string
  /** Keyed hash of the normalized address; attempts are counted on it, known or not. */
  subject: string
  /** Whom the notice's link means that it started from; null when it started otherwise, and when nobody is meant. */
  person: PersonRef | null
  /** The address that was typed, or that the notice went to; its people are meant when `person` is null. Sealed, as are locator and proofs. */
  address: string | null
  /** The locator it started from. */
  locator: string | null
  /** Whose passphrase has been shown in it: several people's, where one address has accounts with several organizations. */
  proven: PassphraseProof[]
  /** When the mailbox was proven, and which of its accounts is meant is still to be said. */
  mailboxAt: Instant | null
  /** WebAuthn challenge (base64url) that is open, if any; used once. */
  challenge: string | null
  /** Whether the passphrase has been proven in this request. */
  passphraseAt: Instant | null
  createdAt: Instant
  expiresAt: Instant
}

/** A passphrase that was right, by the factor it was: one that is changed afterwards is another. */
export interface PassphraseProof {
  person: PersonRef
  factor: string
}

/** What has been chosen but not yet proven in an enrolment; it goes when its session goes. Passphrase and key are sealed at rest. */
export interface PendingEnrolment {
  /** Of the session that enrols. */
  tokenHash: string
  person: PersonRef
  /** PHC string of the passphrase that was chosen. */
  passphrase: string | null
  /** Key of the authenticator app, base32, until a code of it has been entered. */
  totpSecret: string | null
  /** WebAuthn challenge (base64url) of a registration that is open. */
  challenge: string | null
  createdAt: Instant
}

/**
 * One return of somebody who lost every way in. `over`: nobody came back in time. Lives on after its end, so that its cancel link can
 * tell what became of it.
 */
export interface Recovery {
  id: string
  person: PersonRef
  /** SHA-256 (base64url) of the token in the letter's cancel link. */
  cancelHash: string
  startedAt: Instant
  /** From then on they may choose a new way to sign in. */
  opensAt: Instant
  state: 'running' | 'cancelled' | 'completed' | 'over'
  endedAt: Instant | null
}

export interface Attempts {
  failures: number
  lastFailureAt: Instant | null
  disabledAt: Instant | null
}

/** What signing in asks of a database. Whatever counts once is settled by one conditional statement. */
export interface SignInStore {
  sessions: {
    add(session: SessionRow): Promise<void>
    find(tokenHash: string): Promise<SessionRow | null>
    ofPerson(person: PersonRef): Promise<SessionRow[]>
    touch(tokenHash: string, at: Instant): Promise<void>
    remove(tokenHash: string): Promise<void>
    removeByHandle(person: PersonRef, handle: string): Promise<boolean>
    /** Ends every session of a person, but for the one that is kept. */
    removeAll(person: PersonRef, exceptTokenHash?: string): Promise<number>
    removeStale(createdBefore: Instant, lastSeenBefore: Instant): Promise<number>
    /** Keeps the words in place of those this session looked for before, sealed; they go when it goes. Nothing when it is not there. */
    keepSearch(tokenHash: string, words: string): Promise<void>
    keptSearch(tokenHash: string): Promise<string | null>
  }
  factors: {
    add(factor: Factor): Promise<void>
    /** All of a person's, or those of one kind. */
    ofPerson(person: PersonRef, kind?: FactorKind): Promise<Factor[]>
    /** By the credential id a passkey presents (base64url), through a keyed hash. */
    findPasskey(credentialId: string): Promise<Factor | null>
    /** Keeps the credential id findable; called with the passkey's factor. */
    addPasskey(factor: Factor, credentialId: string): Promise<void>
    replaceSecret(id: string, secret: string): Promise<boolean>
    /** Compare-and-set: true for exactly one caller, and only when `counter` is above what is stored. */
    advanceCounter(id: string, counter: number, at: Instant): Promise<boolean>
    markUsed(id: string, at: Instant): Promise<void>
    remove(id: string): Promise<boolean>
  }
  printedCodes: {
    /** Replaces all codes of a person. Kept as keyed hashes. */
    replace(person: PersonRef, codes: string[], at: Instant): Promise<void>
    /** True for exactly one caller for each code. */
    spend(person: PersonRef, code: string, at: Instant): Promise<boolean>
    remaining(person: PersonRef): Promise<number>
  }
  requests: {
    add(request: SignInRequest): Promise<void>
    find(tokenHash: string, now: Instant): Promise<SignInRequest | null>
    setPassphraseAt(tokenHash: string, at: Instant, proven: PassphraseProof[]): Promise<void>
    setMailboxAt(tokenHash: string, at: Instant): Promise<void>
    setChallenge(tokenHash: string, challenge: string): Promise<void>
    /** Hands out the open challenge and forgets it, in one statement. */
    takeChallenge(tokenHash: string): Promise<string | null>
    remove(tokenHash: string): Promise<void>
    /** Ends every sign-in under way that means this person, or everybody who has their address (`subject`). */
    removeAll(person: PersonRef, subject: string): Promise<number>
    removeExpired(now: Instant): Promise<number>
  }
  mailboxCodes: {
    /** The newest code of a request takes the place of any before. Kept as a keyed hash. */
    put(code: { request: string; code: string; reference: string; createdAt: Instant; expiresAt: Instant }): Promise<void>
    /** True for exactly one caller, and only for the newest code, in time. */
    spend(request: string, code: string, now: Instant): Promise<boolean>
    reference(request: string): Promise<string | null>
  }
  enrolments: {
    /** Keeps it in place of the one this session had. */
    put(enrolment: PendingEnrolment): Promise<void>
    find(tokenHash: string): Promise<PendingEnrolment | null>
    /** Hands out the open challenge and forgets it, in one statement. */
    takeChallenge(tokenHash: string): Promise<string | null>
    remove(tokenHash: string): Promise<void>
    removeStale(createdBefore: Instant): Promise<number>
  }
  attempts: {
    get(subject: string, factor: string): Promise<Attempts>
    /** Counts one failure; says how many there are now. */
    fail(subject: string, factor: string, at: Instant): Promise<number>
    disable(subject: string, factor: string, at: Instant): Promise<void>
    clear(subject: string, factor: string): Promise<void>
  }
  invitations: {
    /** Keeps it in place of any this person had. */
    put(invitation: { tokenHash: string; person: PersonRef; expiresAt: Instant }): Promise<void>
    find(tokenHash: string, now: Instant): Promise<PersonRef | null>
    /** True for exactly one caller. */
    spend(tokenHash: string, now: Instant): Promise<boolean>
  }
  recoveries: {
    /**
     * Keeps one that has just been started with this printed code, which is kept as a keyed hash.
     *
     * @throws Error while this person has another that is running: the caller ends that first.
     */
    add(recovery: Recovery, code: string): Promise<void>
    /** The one of this person that has not ended. */
    running(person: PersonRef): Promise<Recovery | null>
    findByCancelHash(cancelHash: string): Promise<Recovery | null>
    /** Whether this is the printed code it was started with. */
    wasStartedWith(id: string, code: string): Promise<boolean>
    /** True for exactly one caller, and only while it is running. */
    end(id: string, state: Exclude<Recovery['state'], 'running'>, at: Instant): Promise<boolean>
  }
  devices: {
    /** Whether this person has signed in from this browser (a random word, kept as a keyed hash) before; they have now. */
    recognize(person: PersonRef, device: string, at: Instant): Promise<boolean>
    /** Forgets those not seen since. */
    forget(lastSeenBefore: Instant): Promise<number>
  }
  networks: {
    /** Counts one act of a network, or of somebody by their id, in a window of time; says how many there were. It is kept as a keyed hash. */
    count(network: string, window: number): Promise<number>
    /** Forgets the windows before this one. */
    forget(before: number): Promise<number>
  }
  /**
   * Everybody who has this address: staff who are not disabled, then recipients, the newest first. Opens nothing that is sealed, so that
   * it takes no longer for an address that somebody has.
   */
  peopleAt(address: string): Promise<{ person: PersonRef; hasFactors: boolean }[]>
  /** A keyed hash of an address: the same for the same address, meaningless without the key. */
  subjectOf(address: string): string
  /**
   * 16 bytes for the passphrases of all accounts of an address, so that one hash answers for all of them. They are one person's; two people
   * never share one.
   */
  saltOf(address: string): Uint8Array
}
