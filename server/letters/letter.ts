import { newId, newSecret } from '../ids.ts'
import type { LetterKind, NewLetter } from '../outbox.ts'
import type { Settings } from '../parts.ts'
import type { Instant } from '../time.ts'

/** What has changed about an account. */
export const ACCOUNT_CHANGES = [
  'passkey_added',
  'passphrase_added',
  'authenticator_added',
  'printed_codes_added',
  'passkey_removed',
  'passphrase_removed',
  'authenticator_removed',
  'printed_codes_removed',
  'way_in_switched_off', // after too many wrong tries
  'way_in_switched_on', // again, at the desk
  'ways_in_removed', // all of them, before a new invitation
  'recovery_cancelled',
  'recovery_completed',
] as const
export type AccountChange = (typeof ACCOUNT_CHANGES)[number]

/**
 * The values each kind of letter is written from, when it is sent. They are sealed until then.
 *
 * `organization`: its name, or `''` where it must not be named. `phone`: `''` when there is none. Moments (`until`, `at`) are ISO 8601;
 * `timeZone` is the IANA zone of the person who reads the letter. No value may hold anything of a message or of a patient.
 */
export interface LetterValues {
  notice: { locator: string; organization: string; phone: string; until: string; timeZone: string }
  /** `count`: of the messages that wait, this one among them; `until`: of the first of them. So with the next. */
  reminder: { locator: string; count: string; organization: string; phone: string; until: string; timeZone: string }
  expiry_warning: { locator: string; count: string; organization: string; phone: string; until: string; timeZone: string }
  /** `person`: whom it is for, while it is not addressed yet; `several`: the address has more accounts than this. */
  code: {
    code: string
    reference: string
    minutes: string
    organization: string
    phone: string
    person?: string
    several?: string
  }
  account_change: { change: AccountChange; at: string; timeZone: string; organization: string; phone: string }
  /** `link`: cancels it, by a button on its page. From `opensAt` until `closesAt` a new way to sign in can be chosen. */
  recovery_started: {
    link: string
    with: 'printed_code' | 'claim_code'
    opensAt: string
    closesAt: string
    at: string
    timeZone: string
    organization: string
    phone: string
  }
  new_sign_in: { at: string; timeZone: string; organization: string; phone: string }
  /** `link`: of the portal's own origin; it holds the invitation's token. */
  invitation: { link: string; organization: string; until: string; timeZone: string }
  /** `reply`: id of the reply. */
  reply_waiting: { reply: string; organization: string }
  /** `deposit`: id of the deposit whose message can no longer be read. */
  more_time_asked: { deposit: string; organization: string }
  more_time_given: { locator: string; organization: string; phone: string; until: string; timeZone: string }
  /** `link`: of the portal's own origin, to what its reader may see of the message. */
  not_for_me: { link: string; organization: string }
}

/** Stands where an address would in a letter that is addressed when it is sent (sign-in/code-letter.ts). Nothing is ever sent to it. */
export const NOBODY = 'nobody'

/** A letter as a use case asks for it. */
export interface LetterOrder<K extends LetterKind> {
  organization: string
  /** The message it is about; null for letters about an account. */
  message: string | null
  /** Of a notice or what follows it: whose mailbox the message is in. */
  recipient?: string
  to: string
  /** BCP 47 tag, as the person chose it. */
  language: string
  values: LetterValues[K]
}

/**
 * A letter for the outbox (`tx.outbox.add`), due at once. Call `parts.wakeOutbox()` after the transaction.
 *
 * Its Message-ID is made here, once, so that it is the same in every try.
 */
export function newLetter<K extends LetterKind>(
  kind: K,
  order: LetterOrder<K>,
  now: Instant,
  settings: Pick<Settings, 'origin'>,
): NewLetter {
  const { organization, message, recipient = null, to, language, values } = order
  const id = newId('out', now)
  return {
    id,
    organization,
    kind,
    message,
    recipient,
    createdAt: now,
    nextAttemptAt: now,
    // Not the id: a letter's name in our database is nobody's business on the way.
    messageIdHeader: `<${newSecret()}@${new URL(settings.origin).hostname}>`,
    content: { to, language, values: { ...values } },
  }
}
