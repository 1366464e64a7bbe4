import { normalizeAddress } from '../address.ts'
import { PortalError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import { type Actor, OPERATOR, record } from '../trail/entry.ts'
import { tellAccount } from './account-letter.ts'
import { GUESSABLE, type GuessableFactor } from './attempts.ts'
import { findPerson, type Person } from './person.ts'
import type { PersonRef } from './store.ts'

/** One way in that had wrong tries counted against it. */
export interface Reopened {
  factor: GuessableFactor
  failures: number
  /** Whether it was switched off, and not only slowed down. */
  wasOff: boolean
}

/**
 * Forgets the wrong tries that were counted against somebody, after the desk has made sure who is asking. Gives nobody a way in: they
 * still have to know their passphrase, their code, or the answer. Tries are counted by address, so that it is the same for all who share it.
 *
 * @param by - who reopens; the operator at the command line unless said otherwise.
 * @returns what was reopened; empty when nothing was counted.
 * @throws PortalError `invalid` (address), `not_found` (organization, or nobody there has this address).
 */
export async function reopenSignIn(
  parts: Pick<Parts, 'store' | 'clock' | 'settings' | 'wakeOutbox'>,
  whose: { organization: string; address: string },
  by: Actor = OPERATOR,
): Promise<Reopened[]> {
  const address = normalizeAddress(whose.address)
  if (address === null) {
    const problem = 'Give one plain e-mail address, such as ada@example.com.'
    throw new PortalError('invalid', problem, { fields: [{ field: 'email', problem }] })
  }
  const now = parts.clock()
  const reopened = await parts.store.transaction(async tx => {
    if ((await tx.organizations.find(whose.organization)) === null) throw notFound('There is no such organization.')
    const people = await peopleIn(tx, whose.organization, address)
    if (people.length === 0) throw notFound('Nobody in this organization has this address.')
    const reopened: Reopened[] = []
    for (const person of people) {
      // What was counted by address is gone with the first who has it.
      const byAddress = await forget(tx, tx.signIn.subjectOf(address), GUESSABLE)
      const own = [...byAddress, ...(await forget(tx, person.ref.id, ['confirmation']))]
      await tell(tx, parts, now, person, own, by)
      reopened.push(...own)
    }
    return reopened
  })
  parts.wakeOutbox()
  return reopened
}

async function peopleIn(tx: Tx, organization: string, address: string): Promise<Person[]> {
  const staff = (await tx.staff.findByAddress(address)).filter(member => member.organization === organization)
  const recipient = await tx.recipients.findInOrganization(organization, address)
  const refs: PersonRef[] = staff.map(({ id }) => ({ kind: 'staff', id, organization }))
  if (recipient !== null) refs.push({ kind: 'recipient', id: recipient.id, organization })
  const people = await Promise.all(refs.map(ref => findPerson(tx, ref)))
  return people.filter(person => person !== null) // without those who are disabled
}

async function forget(tx: Tx, subject: string, factors: readonly GuessableFactor[]): Promise<Reopened[]> {
  const forgotten: Reopened[] = []
  for (const factor of factors) {
    const { failures, disabledAt } = await tx.signIn.attempts.get(subject, factor)
    if (failures === 0 && disabledAt === null) continue
    await tx.signIn.attempts.clear(subject, factor)
    forgotten.push({ factor, failures, wasOff: disabledAt !== null })
  }
  return forgotten
}

/** An entry for each, and one letter: whoever talked the desk into this is not always who they said they were. */
async function tell(
  tx: Tx,
  { settings }: Pick<Parts, 'settings'>,
  now: Instant,
  person: Person,
  reopened: Reopened[],
  actor: Actor,
): Promise<void> {
  const { organization, id } = person.ref
  for (const detail of reopened) {
    await record(tx, now, { organization, actor, action: 'sign_in.reopened', object: id, detail: { ...detail } })
  }
  if (reopened.length > 0) await tellAccount(tx, settings, now, person, 'way_in_switched_on')
}

const notFound = (sentence: string) => new PortalError('not_found', sentence)
