import { newSecret } from '../../../server/ids.ts'
import { ANYBODY, halfSignedIn, OWN_ONLY, patients, presents, type Row, reads, SIGNED_IN } from './answers.ts'

/** Signing in, and one’s own account. */
export const SIGNING_IN: Row[] = [
  // Signing in: what is presented counts, not who presents it
  { method: 'visitor', ask: reads(async () => undefined), answers: { ...SIGNED_IN('yes'), ...halfSignedIn('yes') } },
  { method: 'admitStranger', ask: presents(portal => portal.admitStranger('203.0.113.7')), answers: ANYBODY('yes') },
  { method: 'rememberDevice', ask: presents(portal => portal.rememberDevice(newSecret(), null)), answers: ANYBODY('yes') },
  { method: 'helpLine', ask: presents(portal => portal.helpLine()), answers: ANYBODY('yes') },
  { method: 'beginSignIn', ask: presents(portal => portal.beginSignIn({ address: 'ada@example.com' })), answers: ANYBODY('yes') },
  {
    method: 'sendMailboxCode',
    ask: presents(portal => portal.sendMailboxCode(newSecret())),
    answers: ANYBODY('sign_in_required'),
  },
  {
    method: 'mailboxCodeReference',
    ask: presents(portal => portal.mailboxCodeReference(newSecret())),
    answers: ANYBODY('sign_in_required'),
  },
  {
    method: 'enterMailboxCode',
    ask: presents(portal => portal.enterMailboxCode(newSecret(), '123456')),
    answers: ANYBODY('sign_in_required'),
  },
  {
    method: 'accountsToChoose',
    ask: presents(portal => portal.accountsToChoose(newSecret())),
    answers: ANYBODY('sign_in_required'),
  },
  {
    method: 'chooseAccount',
    ask: presents(portal => portal.chooseAccount(newSecret(), 'rcp_0123456789')),
    answers: ANYBODY('sign_in_required'),
  },
  {
    method: 'enterPassphrase',
    ask: presents(portal => portal.enterPassphrase(newSecret(), 'a passphrase')),
    answers: ANYBODY('sign_in_required'),
  },
  { method: 'enterTotp', ask: presents(portal => portal.enterTotp(newSecret(), '123456')), answers: ANYBODY('sign_in_required') },
  {
    method: 'enterPrintedCode',
    ask: presents(portal => portal.enterPrintedCode(newSecret(), 'a code')),
    answers: ANYBODY('sign_in_required'),
  },
  { method: 'passkeyOptions', ask: presents(portal => portal.passkeyOptions(newSecret())), answers: ANYBODY('sign_in_required') },
  { method: 'enterPasskey', ask: presents(portal => portal.enterPasskey(newSecret(), {})), answers: ANYBODY('sign_in_required') },
  {
    method: 'acceptInvitation',
    ask: presents(portal => portal.acceptInvitation(newSecret())),
    answers: ANYBODY('wrong_sign_in'),
  },
  // Their own account. A mailbox alone changes none that has a way in; somebody who has none may choose one.
  {
    method: 'enrolment',
    ask: reads((portal, who) => portal.enrolment(who)),
    answers: { ...SIGNED_IN('yes'), ...halfSignedIn('yes') },
  },
  {
    method: 'confirmPerson',
    ask: reads((portal, who) => portal.confirmPerson(who, 'x')),
    answers: { ...SIGNED_IN('yes'), ...halfSignedIn('yes') },
  },
  {
    method: 'passkeyEnrolmentOptions',
    ask: reads((portal, who) => portal.passkeyEnrolmentOptions(who)),
    answers: { ...SIGNED_IN('yes'), newcomer: 'yes' },
  },
  {
    method: 'enrolPasskey',
    ask: reads((portal, who) => portal.enrolPasskey(who, {}, 'My phone')),
    answers: { ...SIGNED_IN('wrong_sign_in'), newcomer: 'wrong_sign_in' },
  },
  {
    method: 'choosePassphrase',
    ask: reads((portal, who) => portal.choosePassphrase(who, 'seven grey pigeons on a roof')),
    answers: { ...SIGNED_IN('yes'), newcomer: 'yes' },
  },
  {
    method: 'totpEnrolment',
    ask: reads((portal, who) => portal.totpEnrolment(who)),
    answers: { ...SIGNED_IN('yes'), newcomer: 'yes' },
  },
  {
    method: 'confirmTotp',
    ask: reads((portal, who) => portal.confirmTotp(who, '000000')),
    answers: { ...SIGNED_IN('wrong_code'), newcomer: 'wrong_code' },
  },
  {
    method: 'enrolPrintedCodes',
    ask: reads((portal, who) => portal.enrolPrintedCodes(who)),
    answers: { ...SIGNED_IN('forbidden'), ...patients('yes'), newcomer: 'invalid' },
  },
  { method: 'keepPrintedCodes', ask: reads((portal, who) => portal.keepPrintedCodes(who)), answers: SIGNED_IN('yes') },
  { method: 'owesPrintedCodes', ask: reads((portal, who) => portal.owesPrintedCodes(who)), answers: SIGNED_IN('yes') },
  // Getting back in: with the mailbox and a printed code, which is wrong here. Whoever is signed in needs none; staff have none.
  {
    method: 'startRecovery',
    ask: reads((portal, who) => portal.startRecovery(who, '0000-0000-0000')),
    answers: { ...SIGNED_IN('forbidden'), ...patients('conflict'), ...halfSignedIn('wrong_code') },
  },
  {
    method: 'resumeRecovery',
    ask: reads((portal, who) => portal.resumeRecovery(who, '0000-0000-0000')),
    answers: { ...SIGNED_IN('forbidden'), ...patients('conflict'), ...halfSignedIn('conflict') },
  },
  { method: 'cancelRecovery', ask: reads((portal, who) => portal.cancelRecovery(who)), answers: SIGNED_IN('yes') },
  {
    method: 'cancelRecoveryByLink',
    ask: presents(portal => portal.cancelRecoveryByLink(newSecret())),
    answers: ANYBODY('not_found'),
  },
  { method: 'factors', ask: reads((portal, who) => portal.factors(who)), answers: SIGNED_IN('yes') },
  {
    method: 'removeFactor',
    about: 'factor',
    ask: reads((portal, who, { id }) => portal.removeFactor(who, id)),
    answers: SIGNED_IN(OWN_ONLY),
  },
  { method: 'sessions', ask: reads((portal, who) => portal.sessions(who)), answers: SIGNED_IN('yes') },
  // Nothing happens to a session that is not theirs; that is a test of its own.
  {
    method: 'revokeSession',
    about: 'session',
    ask: reads((portal, who, { id }) => portal.revokeSession(who, id)),
    answers: SIGNED_IN('yes'),
  },
  {
    method: 'signOut',
    ask: reads((portal, who) => portal.signOut(who)),
    answers: { ...SIGNED_IN('yes'), ...halfSignedIn('yes') },
  },
  { method: 'signOutEverywhere', ask: reads((portal, who) => portal.signOutEverywhere(who)), answers: SIGNED_IN('yes') },
]
