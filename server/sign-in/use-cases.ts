import type { Instant } from '../time.ts'
import type { From } from './request.ts'
import type { AccountLine, Enrolment, FactorLine, SecondFactor, SessionLine, Started, Undecided } from './views.ts'
import type { Visitor } from './visitor.ts'

/** What the portal does about signing in: a chapter of the list in portal.ts. */
export interface SigningIn {
  /** Which browser a session began in, before its cookie leaves: a new one is told to its person. @returns a word for its own cookie */
  rememberDevice(sessionToken: string, device: string | null): Promise<string | null>
  /** A number to call for whoever cannot get in; none where naming a clinic would say something about whoever asks. */
  helpLine(): Promise<{ organization: string; phone: string } | null>
  /** Who is behind a session token (and keeps the session awake); null for none, stale or revoked ones. */
  visitor(sessionToken: string | null): Promise<Visitor | null>
  /** Counts what somebody does who has proven nothing, by the network they come from. @throws too_many_requests */
  admitStranger(network: string): Promise<void>
  /** Starts a sign-in and binds it to this browser; the same answer and time for known and unknown. */
  beginSignIn(from: From): Promise<{ requestToken: string }>
  /** Sends a code to the mailbox of the request, if there is one; always the same answer. */
  sendMailboxCode(requestToken: string): Promise<{ reference: string }>
  /** The reference of the code that was last sent for this request, for the page that asks for it. @throws sign_in_required when the request is over */
  mailboxCodeReference(requestToken: string): Promise<string | null>
  /** @throws wrong_code, too_many_attempts, sign_in_required (the request is over) */
  enterMailboxCode(requestToken: string, code: string): Promise<Started | Undecided>
  /** Of a mailbox that was just proven and has accounts with several organizations. @throws sign_in_required */
  accountsToChoose(requestToken: string): Promise<AccountLine[]>
  chooseAccount(requestToken: string, account: string): Promise<Started>
  /** The first of two factors; says which the second is. @throws wrong_sign_in, too_many_attempts, sign_in_required */
  enterPassphrase(requestToken: string, passphrase: string): Promise<SecondFactor>
  enterTotp(requestToken: string, code: string): Promise<Started>
  enterPrintedCode(requestToken: string, code: string): Promise<Started>
  passkeyOptions(requestToken: string): Promise<Record<string, unknown>>
  enterPasskey(requestToken: string, response: unknown): Promise<Started>
  /** A staff invitation's link: a session that may only enrol. */
  acceptInvitation(token: string): Promise<Started>
  /** What somebody who proved only their mailbox (or invitation) has to do next. */
  enrolment(visitor: Visitor): Promise<Enrolment>
  /** Answers the sender's activation code or identity check. @throws wrong_code, too_many_attempts */
  confirmPerson(visitor: Visitor, answer: string): Promise<void>
  passkeyEnrolmentOptions(visitor: Visitor): Promise<Record<string, unknown>>
  /** Enrolling ends the old session and starts one with the new level. Printed codes are shown once. */
  enrolPasskey(visitor: Visitor, response: unknown, label: string): Promise<Started & { printedCodes: string[] }>
  /** Remembers the passphrase for the enrolment under way. @throws invalid */
  choosePassphrase(visitor: Visitor, passphrase: string): Promise<void>
  /** The authenticator app's key for the enrolment under way, the same until it is confirmed. */
  totpEnrolment(visitor: Visitor): Promise<{ secret: string; uri: string; qrSvg: string }>
  confirmTotp(visitor: Visitor, code: string): Promise<Started & { printedCodes: string[] }>
  /** Passphrase and printed codes, for people without an app. Not for staff. */
  enrolPrintedCodes(visitor: Visitor): Promise<Started & { printedCodes: string[] }>
  /** They say that they have the codes they were shown. */
  keepPrintedCodes(visitor: Visitor): Promise<void>
  /** Whether they were shown codes and left without saying so; who has used one has them. */
  owesPrintedCodes(visitor: Visitor): Promise<boolean>
  /**
   * With mailbox and one printed code, spent by it, towards a new way in: a day later, unless somebody stops it. Not for staff.
   * @throws wrong_code, too_many_attempts, forbidden, conflict while one is under way
   */
  startRecovery(visitor: Visitor, printedCode: string): Promise<{ opensAt: Instant }>
  /** After that day: mailbox and code once more, for a session that may only enrol. @throws wrong_code, too_many_attempts, conflict */
  resumeRecovery(visitor: Visitor, printedCode: string): Promise<Started>
  /** For whoever has signed in with two factors and did not start it. */
  cancelRecovery(visitor: Visitor): Promise<void>
  /** By the letter's link. `completed`: too late. @throws not_found */
  cancelRecoveryByLink(token: string): Promise<'cancelled' | 'completed'>
  factors(visitor: Visitor): Promise<FactorLine[]>
  removeFactor(visitor: Visitor, factor: string): Promise<void>
  sessions(visitor: Visitor): Promise<SessionLine[]>
  revokeSession(visitor: Visitor, handle: string): Promise<void>
  signOut(visitor: Visitor): Promise<void>
  signOutEverywhere(visitor: Visitor): Promise<void>
}
