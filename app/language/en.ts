import { answering } from './en/answering.ts'
import { cookies } from './en/cookies.ts'
import { enrolling } from './en/enrolling.ts'
import { failures } from './en/failures.ts'
import { help } from './en/help.ts'
import { preferences } from './en/preferences.ts'
import { reading } from './en/reading.ts'
import { settings } from './en/settings.ts'
import { signingIn } from './en/signing-in.ts'

/**
 * Every word of the patients' pages and of signing in. Short words, short sentences: reading grade 6 at most (a test).
 * The Spanish catalogue has the same shape, or it does not compile.
 */
export const en = {
  portal: 'Secure messages',
  skip: 'Skip to the main part',
  menu: 'Menu',
  nav: {
    messages: 'My messages',
    account: 'My settings',
    help: 'Help',
    signOut: 'Sign out',
    signIn: 'Sign in',
    sent: 'Sent',
    replies: 'Replies',
    compose: 'New message',
    trail: 'Audit trail',
  },
  signedInAs: (name: string) => `Signed in as ${name}`,
  footer: {
    emergency: 'Not for emergencies. If you are in danger, call 911.',
    help: 'Help and privacy',
    display: 'Text and colors',
  },
  problem: {
    title: 'Please check this',
    error: 'Error:',
    filesAgain: 'Did you add files? Please add them again.',
  },
  optional: '(you may leave this empty)',
  back: 'Back',
  goOn: 'Continue',
  cancel: 'Go back',
  // An organization that is not to be named has no name here.
  callUs: (organization: string, phone: string) => `Call ${organization || 'us'} at ${phone}`,
  callUnlisted: (organization: string) =>
    `Call ${organization || 'your clinic'}. The number is on your card, or on a letter from them.`,

  ...signingIn,
  ...enrolling,
  ...cookies,

  signedOut: 'You are signed out. You can close this page.',
  ...reading,
  ...answering,
  ...settings,
  ...preferences,
  ...help,
  ...failures,
}

export type Catalogue = typeof en
