import { PortalError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { type Instant, minutes } from '../time.ts'
import { nameInLetters } from './account-letter.ts'
import { findPerson, type Person } from './person.ts'
import { messageMeant, peopleMeant, requireRequest } from './request.ts'
import { startSession } from './session.ts'
import type { SignInRequest } from './store.ts'
import type { AccountLine, Started } from './views.ts'

/** As long as a code that was e-mailed. */
const CHOOSE_WITHIN = minutes(10)

/** The accounts that this sign-in may mean, without those that are disabled. */
export async function accountsOf(tx: Tx, request: SignInRequest): Promise<Person[]> {
  const people = await Promise.all((await peopleMeant(tx, request)).map(ref => findPerson(tx, ref)))
  return people.filter(person => person !== null)
}

/**
 * The accounts of a mailbox that has just been proven; none before that, so that nobody learns that there is one.
 *
 * @throws PortalError `sign_in_required` when the sign-in is over.
 */
export async function accountsToChoose({ store, clock }: Parts, requestToken: string): Promise<AccountLine[]> {
  const now = clock()
  return store.read(async tx => {
    const request = await requireRequest(tx, requestToken, now)
    return isProven(request, now) ? (await accountsOf(tx, request)).map(toLine) : []
  })
}

/**
 * Goes on with one of them, in a session that opens nothing, as after any code from the mailbox. Once.
 *
 * @throws PortalError `sign_in_required`, `not_found`.
 */
export async function chooseAccount({ store, clock }: Parts, requestToken: string, account: string): Promise<Started> {
  const now = clock()
  return store.transaction(async tx => {
    const request = await requireProvenMailbox(tx, requestToken, now)
    const chosen = (await accountsOf(tx, request)).find(({ ref }) => ref.id === account)
    if (chosen === undefined) throw new PortalError('not_found', 'There is no such account.')
    await tx.signIn.requests.remove(request.tokenHash)
    const sessionToken = await startSession(tx, now, chosen.ref, 'mailbox', 'mailbox_code')
    return { sessionToken, next: 'enrol', message: await messageMeant(tx, request, chosen.ref) }
  })
}

async function requireProvenMailbox(tx: Tx, token: string, now: Instant): Promise<SignInRequest> {
  const request = await requireRequest(tx, token, now)
  if (isProven(request, now)) return request
  throw new PortalError('sign_in_required', 'Please enter the code from your e-mail first.')
}

/** Recently. The distance, not the difference: under a clock that was put back it is unknown how long ago that was. */
const isProven = ({ mailboxAt }: SignInRequest, now: Instant): boolean =>
  mailboxAt !== null && Math.abs(now - mailboxAt) < CHOOSE_WITHIN

const toLine = (person: Person): AccountLine => ({
  id: person.ref.id,
  kind: person.ref.kind,
  organization: nameInLetters(person),
  phone: person.organization.phone,
})
