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

/** So many accounts of one address are looked at: more clinics than anybody is a patient of at once. */
const MOST_ACCOUNTS = 10

/**
 * Everybody an address means: a patient of two organizations has an account with each. In this order, which counts where a proof fits
 * several, and where a letter has to be in somebody's language:
 *
 * 1. staff who have a way in, then recipients who have one, the newest first;
 * 2. recipients who may be about to enrol, the newest first;
 * 3. staff who have not enrolled yet (they need their invitation, and are told so once the mailbox is proven).
 *
 * A passkey says itself whose it is and does not ask this.
 */
export async function peopleAt(tx: Tx, address: string): Promise<PersonRef[]> {
  const found = await tx.signIn.peopleAt(address)
  const rank = ({ person, hasFactors }: (typeof found)[number]) => (hasFactors ? 0 : person.kind === 'recipient' ? 1 : 2)
  return found
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, MOST_ACCOUNTS)
    .map(({ person }) => person)
}
