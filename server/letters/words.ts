import type { AccountChange } from './letter.ts'

/** One paragraph, or the letter's one link, or the code that is to be typed. */
export type Block = { text: string } | { link: string } | { code: string }

/** A letter in words: what both its text part and its HTML part are made of, so that neither can say less than the other. */
export interface Words {
  subject: string
  blocks: Block[]
}

/** Values as they stand in a sentence: names on one line, moments told in the reader's zone. */
export interface NoticeFacts {
  /** How many messages wait: one letter stands for all of a burst. */
  count: number
  /** Empty where it must not be named. */
  organization: string
  phone: string
  link: string
  /** Host of the portal, to be typed by hand. */
  host: string
  /** Of the message that can be read for the shortest time. */
  until: string
}

export type MoreTimeGivenFacts = Omit<NoticeFacts, 'count'>

export interface CodeFacts {
  code: string
  reference: string
  minutes: string
  organization: string
  phone: string
  host: string
}

export interface AccountChangeFacts {
  change: AccountChange
  at: string
  organization: string
  phone: string
  host: string
}

export interface RecoveryStartedFacts {
  link: string
  /** With a code that the clinic gave out, not with a printed one. */
  fromClinic: boolean
  at: string
  opensAt: string
  until: string
  organization: string
  phone: string
  host: string
}

export interface NewSignInFacts {
  link: string
  at: string
  organization: string
  phone: string
  host: string
}

export interface InvitationFacts {
  link: string
  organization: string
  until: string
  host: string
}

export interface ReplyWaitingFacts {
  link: string
  organization: string
  host: string
}

export interface MoreTimeAskedFacts {
  link: string
  organization: string
  host: string
}

export interface NotForMeFacts {
  link: string
  organization: string
  host: string
}

/** Every letter in one language. A letter that is missing does not compile. */
export interface Letters {
  notice(facts: NoticeFacts): Words
  reminder(facts: NoticeFacts): Words
  expiryWarning(facts: NoticeFacts): Words
  code(facts: CodeFacts): Words
  accountChange(facts: AccountChangeFacts): Words
  recoveryStarted(facts: RecoveryStartedFacts): Words
  newSignIn(facts: NewSignInFacts): Words
  invitation(facts: InvitationFacts): Words
  replyWaiting(facts: ReplyWaitingFacts): Words
  moreTimeAsked(facts: MoreTimeAskedFacts): Words
  moreTimeGiven(facts: MoreTimeGivenFacts): Words
  notForMe(facts: NotForMeFacts): Words
}
