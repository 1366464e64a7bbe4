import { PortalError } from '../errors.ts'
import type { Display } from '../preferences.ts'
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
  /** Whether they chose it themselves. */
  choseLanguage: boolean
  timeZone: string
  /** How pages look to them; null: as the browser's cookie says. */
  display: Display | null
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

/**
 * The visitor as a reader. The types say as much already; the use cases ask again, so that no page can open content for somebody who
 * proved only their mailbox.
 *
 * @throws PortalError `sign_in_required` below two factors; `forbidden` for staff.
 */
export function requireReader(visitor: Visitor): Reader {
  requireFullLevel(visitor)
  if (visitor.person.kind !== 'recipient') throw new PortalError('forbidden', 'Only a recipient reads here.')
  return visitor as Reader
}

/**
 * The visitor as a member of staff in one of these roles; in any role when none is named.
 *
 * @throws PortalError `sign_in_required` below two factors; `forbidden` for recipients and other roles.
 */
export function requireStaff(visitor: Visitor, ...roles: Role[]): Staff {
  requireFullLevel(visitor)
  if (visitor.person.kind !== 'staff' || visitor.role === null) throw new PortalError('forbidden', 'This is for staff only.')
  if (roles.length > 0 && !roles.includes(visitor.role)) {
    throw new PortalError('forbidden', 'Your role does not include this.')
  }
  return visitor as Staff
}

function requireFullLevel(visitor: Visitor): void {
  if (visitor.level !== 'full') throw new PortalError('sign_in_required', 'Please finish signing in first.')
}
