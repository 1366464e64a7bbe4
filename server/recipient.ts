import type { Preferences } from './preferences.ts'
import type { Instant } from './time.ts'

/** A person who may read what was deposited for them. One address in one organization is one recipient. */
export interface Recipient extends Preferences {
  id: string
  organization: string
  /** Normalized e-mail address. */
  address: string
  name: string
  createdAt: Instant
  /** When the person answered a sender's activation code or identity check correctly; null: never. */
  confirmedAt: Instant | null
}

/** One who is added; nothing need be said yet of what they may set for themselves, but for the language. */
export type NewRecipient = Omit<Recipient, keyof Preferences> & Pick<Preferences, 'language'> & Partial<Preferences>
