import type { Organization } from '../organization.ts'
import type { Display } from '../preferences.ts'
import type { Role } from '../staff.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import type { Actor } from '../trail/entry.ts'
import type { PersonRef } from './store.ts'

/** Someone who can sign in, with what signing in needs to know of them. */
export interface Person {
  ref: PersonRef
  address: string
  name: string
  language: string
  /** Whether they chose it themselves. */
  choseLanguage: boolean
  timeZone: string
  /** How pages look to them; null: as the browser's cookie says. */
  display: Display | null
  /** For staff. */
  role: Role | null
  /** When a recipient answered a sender's activation code or identity check. */
  confirmedAt: Instant | null
  organization: Organization
}

// Staff pages exist in one language so far; a recipient's is the sender's or their own choice.
const STAFF_LANGUAGE = 'en'

/** The person as they are now; null when they are gone or disabled, which ends whatever they had begun. */
export async function findPerson(tx: Tx, ref: PersonRef): Promise<Person | null> {
  const organization = await tx.organizations.find(ref.organization)
  if (organization === null) return null
  return ref.kind === 'staff' ? findStaff(tx, ref, organization) : findRecipient(tx, ref, organization)
}

async function findRecipient(tx: Tx, ref: PersonRef, organization: Organization): Promise<Person | null> {
  const found = await tx.recipients.find(ref.id)
  if (found === null) return null
  const { address, name, language, choseLanguage, display, confirmedAt } = found
  return {
    ref,
    address,
    name,
    language,
    choseLanguage,
    display,
    timeZone: found.timeZone ?? organization.timeZone,
    role: null,
    confirmedAt,
    organization,
  }
}

async function findStaff(tx: Tx, ref: PersonRef, organization: Organization): Promise<Person | null> {
  const found = await tx.staff.find(ref.id)
  if (found === null || found.disabledAt !== null) return null
  const { address, name, role } = found
  const { timeZone } = organization
  const unchosen = { language: STAFF_LANGUAGE, choseLanguage: false, display: null, confirmedAt: null }
  return { ref, address, name, timeZone, role, organization, ...unchosen }
}

/** The name by which the trail knows them. */
export const actorOf = (ref: PersonRef): Actor => ({ kind: ref.kind, id: ref.id })

/**
 * Whom an address means when several people have it, in this order:
 *
 * 1. staff who have a way in: patients have a notice's link that says who they are, staff have only their address;
 * 2. the newest recipient who has a way in;
 * 3. the newest recipient, who may be about to enrol;
 * 4. staff who have not enrolled yet (they need their invitation, and are told so once the mailbox is proven).
 *
 * A passkey says itself whose it is and does not ask this.
 */
export async function personAt(tx: Tx, address: string): Promise<PersonRef | null> {
  const people = await tx.signIn.peopleAt(address)
  const found =
    people.find(({ hasFactors }) => hasFactors) ?? people.find(({ person }) => person.kind === 'recipient') ?? people[0]
  return found?.person ?? null
}
