import type { Parts } from '../parts.ts'
import { confirmPerson } from './confirmation.ts'
import { forgetDevices, rememberDevice } from './device.ts'
import * as enrol from './enrol.ts'
import { enrolment } from './enrolment.ts'
import { factors, removeFactor } from './factor.ts'
import { enterPassphrase } from './first-factor.ts'
import { helpLine } from './help-line.ts'
import { acceptInvitation } from './invitation.ts'
import { enterMailboxCode, mailboxCodeReference, sendMailboxCode } from './mailbox-code.ts'
import { forgetNetworks, networkLimit } from './network-limit.ts'
import { keepPrintedCodes, owesPrintedCodes } from './printed-sheet.ts'
import * as proof from './proof.ts'
import * as recovering from './recovering.ts'
import { beginSignIn, type From } from './request.ts'
import { ABSOLUTE_LIMIT, forgetSessions, visitor } from './session.ts'
import * as sessionList from './session-list.ts'
import type { Visitor } from './visitor.ts'
import { accountsToChoose, chooseAccount } from './which-account.ts'

/** The use cases of signing in, over the portal's parts. */
export const signIn = (parts: Parts) => ({
  visitor: (sessionToken: string | null) => visitor(parts, sessionToken),
  ...networkLimit(parts),
  rememberDevice: (sessionToken: string, device: string | null) => rememberDevice(parts, sessionToken, device),
  helpLine: () => helpLine(parts),
  beginSignIn: (from: From) => beginSignIn(parts, from),
  sendMailboxCode: (requestToken: string) => sendMailboxCode(parts, requestToken),
  mailboxCodeReference: (requestToken: string) => mailboxCodeReference(parts, requestToken),
  enterMailboxCode: (requestToken: string, code: string) => enterMailboxCode(parts, requestToken, code),
  accountsToChoose: (requestToken: string) => accountsToChoose(parts, requestToken),
  chooseAccount: (requestToken: string, account: string) => chooseAccount(parts, requestToken, account),
  enterPassphrase: (requestToken: string, passphrase: string) => enterPassphrase(parts, requestToken, passphrase),
  enterTotp: (requestToken: string, code: string) => proof.enterTotp(parts, requestToken, code),
  enterPrintedCode: (requestToken: string, code: string) => proof.enterPrintedCode(parts, requestToken, code),
  passkeyOptions: (requestToken: string) => proof.passkeyOptions(parts, requestToken),
  enterPasskey: (requestToken: string, response: unknown) => proof.enterPasskey(parts, requestToken, response),
  acceptInvitation: (token: string) => acceptInvitation(parts, token),
  enrolment: (visitor: Visitor) => enrolment(parts, visitor),
  confirmPerson: (visitor: Visitor, answer: string) => confirmPerson(parts, visitor, answer),
  passkeyEnrolmentOptions: (visitor: Visitor) => enrol.passkeyEnrolmentOptions(parts, visitor),
  enrolPasskey: (visitor: Visitor, response: unknown, label: string) => enrol.enrolPasskey(parts, visitor, response, label),
  choosePassphrase: (visitor: Visitor, passphrase: string) => enrol.choosePassphrase(parts, visitor, passphrase),
  totpEnrolment: (visitor: Visitor) => enrol.totpEnrolment(parts, visitor),
  confirmTotp: (visitor: Visitor, code: string) => enrol.confirmTotp(parts, visitor, code),
  enrolPrintedCodes: (visitor: Visitor) => enrol.enrolPrintedCodes(parts, visitor),
  keepPrintedCodes: (visitor: Visitor) => keepPrintedCodes(parts, visitor),
  owesPrintedCodes: (visitor: Visitor) => owesPrintedCodes(parts, visitor),
  startRecovery: (visitor: Visitor, code: string) => recovering.startRecovery(parts, visitor, code),
  resumeRecovery: (visitor: Visitor, code: string) => recovering.resumeRecovery(parts, visitor, code),
  cancelRecovery: (visitor: Visitor) => recovering.cancelRecovery(parts, visitor),
  cancelRecoveryByLink: (token: string) => recovering.cancelRecoveryByLink(parts, token),
  factors: (visitor: Visitor) => factors(parts, visitor),
  removeFactor: (visitor: Visitor, factor: string) => removeFactor(parts, visitor, factor),
  sessions: (visitor: Visitor) => sessionList.sessions(parts, visitor),
  revokeSession: (visitor: Visitor, handle: string) => sessionList.revokeSession(parts, visitor, handle),
  signOut: (visitor: Visitor) => sessionList.signOut(parts, visitor),
  signOutEverywhere: (visitor: Visitor) => sessionList.signOutEverywhere(parts, visitor),
  forgetStale: () => forgetStale(parts),
})

/** Forgets sessions, sign-ins, enrolments and browsers whose time is over; says how many. */
function forgetStale({ store, clock }: Parts): Promise<number> {
  const now = clock()
  return store.transaction(async tx => {
    const sessions = await forgetSessions(tx, now)
    const requests = await tx.signIn.requests.removeExpired(now)
    // What was begun in a session that is over, is over too.
    const enrolments = await tx.signIn.enrolments.removeStale(now - ABSOLUTE_LIMIT)
    return sessions + requests + enrolments + (await forgetDevices(tx, now)) + (await forgetNetworks(tx, now))
  })
}
