import type { Instant } from './time.ts'

/** A person who may read what was deposited for them. One address in one organization is one recipient. */
export interface Recipient {
  id: string
  organization: string
  /** Normalized e-mail address. */
  address: string
  name: string
  /** BCP 47 tag, as the sender or the person chose it. */
  language: string
  /** IANA zone, once the person has chosen one. */
  timeZone: string | null
  createdAt: Instant
  /** When the person answered a sender's activation code or identity check correctly; null: never. */
  confirmedAt: Instant | null
}
