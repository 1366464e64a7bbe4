import { normalizeAddress } from '../address.ts'
import { PortalError } from '../errors.ts'
import { newSecret } from '../ids.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { type Instant, minutes } from '../time.ts'
import { peopleAt } from './person.ts'
import type { PersonRef, SignInRequest } from './store.ts'
import { hashToken, looksLikeToken } from './token.ts'

const LASTS = minutes(30)

/** Where a sign-in starts: an address that was typed, a notice's link, or nothing (a passkey says who it is). */
export interface From {
  address?: string | undefined
  locator?: string | undefined
  /** The sign-in that this one takes the place of: whoever types another address still comes from the same notice. */
  earlier?: string | null | undefined
}

/**
 * Starts a sign-in and binds it to this browser. Known or not, the same is written and the same is answered.
 *
 * @returns the token for the cookie.
 * @throws PortalError `invalid` when what was typed is no address at all.
 */
export async function beginSignIn({ store, clock }: Parts, from: From): Promise<{ requestToken: string }> {
  const address = from.address === undefined ? undefined : plainAddress(from.address)
  const now = clock()
  const token = newSecret()
  const tokenHash = hashToken(token)
  await store.transaction(async tx => {
    const locator = from.locator ?? (await earlierLocator(tx, from.earlier, now))
    const { subject, ...meant } = await whoIsMeant(tx, { address, locator, tokenHash })
    const request = { tokenHash, subject: tx.signIn.subjectOf(subject), ...meant, locator }
    const nothingYet = { proven: [], mailboxAt: null, challenge: null, passphraseAt: null }
    await tx.signIn.requests.add({ ...request, ...nothingYet, createdAt: now, expiresAt: now + LASTS })
  })
  return { requestToken: token }
}

/**
 * The sign-in under way in this browser.
 *
 * @throws PortalError `sign_in_required` when it is over.
 */
export async function requireRequest(tx: Tx, token: string, now: Instant): Promise<SignInRequest> {
  const request = looksLikeToken(token) ? await tx.signIn.requests.find(hashToken(token), now) : null
  if (request === null) throw new PortalError('sign_in_required', 'Your sign-in took too long. Please start again.')
  return request
}

function plainAddress(typed: string): string {
  const address = normalizeAddress(typed)
  if (address !== null) return address
  const problem = 'Type your e-mail address, such as ada@example.com.'
  throw new PortalError('invalid', 'Please check your e-mail address.', { fields: [{ field: 'address', problem }] })
}

interface Asked {
  address: string | undefined
  locator: string | null
  tokenHash: string
}

/** `subject`: what wrong tries are counted on, whether or not anybody is behind it. */
async function whoIsMeant(
  tx: Tx,
  { address, locator, tokenHash }: Asked,
): Promise<{ person: PersonRef | null; address: string | null; subject: string }> {
  const addressee = locator === null ? null : await addresseeOf(tx, locator)
  if (address === undefined) {
    if (addressee !== null) return { person: addressee.ref, address: addressee.address, subject: addressee.address }
    return { person: null, address: null, subject: locator === null ? `request ${tokenHash}` : `locator ${locator}` }
  }
  // The same address in several organizations is several people: the link says which.
  return { person: addressee?.address === address ? addressee.ref : null, address, subject: address }
}

/** Everybody this sign-in may mean; nobody, for an address or a link that nobody has. */
export const peopleMeant = async (tx: Tx, { person, address }: SignInRequest): Promise<PersonRef[]> =>
  person !== null ? [person] : address === null ? [] : peopleAt(tx, address)

/**
 * The message whose notice this sign-in began from, if it is this person's. A link that is somebody else's leads nowhere, as does one
 * that nobody has.
 */
export async function messageMeant(tx: Tx, { locator }: SignInRequest, { id }: PersonRef): Promise<string | null> {
  const message = locator === null ? null : await tx.messages.findByLocator(locator)
  return message?.recipient === id ? message.id : null
}

async function earlierLocator(tx: Tx, token: string | null | undefined, now: Instant): Promise<string | null> {
  const earlier = token && looksLikeToken(token) ? await tx.signIn.requests.find(hashToken(token), now) : null
  return earlier?.locator ?? null
}

async function addresseeOf(tx: Tx, locator: string): Promise<{ ref: PersonRef; address: string } | null> {
  const message = await tx.messages.findByLocator(locator)
  const recipient = message === null ? null : await tx.recipients.find(message.recipient)
  if (recipient === null) return null
  return { ref: { kind: 'recipient', id: recipient.id, organization: recipient.organization }, address: recipient.address }
}
