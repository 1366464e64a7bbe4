import { normalizeAddress } from '../address.ts'
import { PortalError } from '../errors.ts'
import { newSecret } from '../ids.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { type Instant, minutes } from '../time.ts'
import { personAt } from './person.ts'
import type { PersonRef, SignInRequest } from './store.ts'
import { hashToken, looksLikeToken } from './token.ts'

const LASTS = minutes(30)

/** Where a sign-in starts: an address that was typed, a notice's link, or nothing (a passkey says who it is). */
export interface From {
  address?: string | undefined
  locator?: string | undefined
}

/**
 * Starts a sign-in and binds it to this browser. Known or not, the same is written and the same is answered.
 *
 * @returns the token for the cookie.
 * @throws PortalError `invalid` when what was typed is no address at all.
 */
export async function beginSignIn({ store, clock }: Parts, from: From): Promise<{ requestToken: string }> {
  const address = from.address === undefined ? undefined : plainAddress(from.address)
  const locator = from.locator ?? null
  const now = clock()
  const token = newSecret()
  const tokenHash = hashToken(token)
  await store.transaction(async tx => {
    const { person, subject } = await whoIsMeant(tx, { address, locator, tokenHash })
    const request = { tokenHash, subject: tx.signIn.subjectOf(subject), person, locator }
    await tx.signIn.requests.add({ ...request, challenge: null, passphraseAt: null, createdAt: now, expiresAt: now + LASTS })
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
): Promise<{ person: PersonRef | null; subject: string }> {
  const addressee = locator === null ? null : await addresseeOf(tx, locator)
  if (address === undefined) {
    if (addressee !== null) return { person: addressee.ref, subject: addressee.address }
    return { person: null, subject: locator === null ? `request ${tokenHash}` : `locator ${locator}` }
  }
  // The same address in several organizations is several people: the link says which.
  if (addressee !== null && addressee.address === address) return { person: addressee.ref, subject: address }
  return { person: await personAt(tx, address), subject: address }
}

async function addresseeOf(tx: Tx, locator: string): Promise<{ ref: PersonRef; address: string } | null> {
  const message = await tx.messages.findByLocator(locator)
  const recipient = message === null ? null : await tx.recipients.find(message.recipient)
  if (recipient === null) return null
  return { ref: { kind: 'recipient', id: recipient.id, organization: recipient.organization }, address: recipient.address }
}
