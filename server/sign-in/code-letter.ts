import { NOBODY, newLetter } from '../letters/letter.ts'
import type { Letter, NewLetter } from '../outbox.ts'
import type { Settings } from '../parts.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import { PORTAL_ITSELF } from '../trail/entry.ts'
import { nameInLetters } from './account-letter.ts'
import { findPerson } from './person.ts'
import type { PersonRef } from './store.ts'

/** What a letter with a code says. */
interface Code {
  code: string
  reference: string
  minutes: string
}

/**
 * The letter that brings a code, for the outbox. It names the person and not their address, which is looked up when it is sent: so
 * asking for a code does exactly the same, and takes the same time, whether somebody has the address or nobody (BAR 10).
 *
 * @param people - whose account it may be. None when nobody has the address; the letter is kept all the same, and dropped when its turn comes.
 */
export function newCodeLetter(now: Instant, settings: Settings, people: PersonRef[], code: Code): NewLetter {
  const { kind, organization, id } = people[0] ?? { kind: '', organization: '', id: '' }
  const several = people.length > 1 ? 'yes' : ''
  const values = { ...code, organization: '', phone: '', person: `${kind}/${organization}/${id}`, several }
  return newLetter('code', { organization: PORTAL_ITSELF, message: null, to: NOBODY, language: 'en', values }, now, settings)
}

/** The letter with the address it goes to, and the words that belong to its reader; null when it goes to nobody. */
export async function addressCodeLetter(tx: Tx, letter: Letter): Promise<Letter | null> {
  const { to, values } = letter.content
  if (to !== NOBODY) return letter
  const [kind, organization = '', id = ''] = (values.person ?? '').split('/')
  const person = kind === 'staff' || kind === 'recipient' ? await findPerson(tx, { kind, organization, id }) : null
  if (person === null) return null
  // Of several organizations none is named: which is meant is not known yet.
  const isOne = values.several !== 'yes'
  const clinic = { organization: isOne ? nameInLetters(person) : '', phone: isOne ? person.organization.phone : '' }
  return { ...letter, content: { to: person.address, language: person.language, values: { ...values, ...clinic } } }
}
