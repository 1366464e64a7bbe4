import type { Role } from '../staff.ts'
import type { Instant } from '../time.ts'
import type { Level, Method, PersonRef } from './store.ts'

/** Who is on the other side of a request, as far as it is known. */
export interface Visitor {
  person: PersonRef
  level: Level
  method: Method
  /** When the level was last proven. */
  signedInAt: Instant
  /** `ses_…`: names the session without granting anything. */
  session: string
  /** SHA-256 of the session's token. */
  tokenHash: string
  /** For staff. */
  role: Role | null
  name: string
  language: string
  timeZone: string
}

/** A recipient who has proven who they are with two factors: the only one who reads. */
export interface Reader extends Visitor {
  person: PersonRef & { kind: 'recipient' }
  level: 'full'
}

/** A member of staff who has proven who they are with two factors. */
export interface Staff extends Visitor {
  person: PersonRef & { kind: 'staff' }
  level: 'full'
  role: Role
}
