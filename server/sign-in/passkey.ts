import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import type { Settings } from '../parts.ts'

/** Two hundred modules of certificate formats: loaded with the first passkey, not at start. */
const library = () => import('@simplewebauthn/server')

const RP_NAME = 'Restante'
/** EdDSA, ES256, RS256: WebAuthn L3, section 5.4, recommends just these. */
const ALGORITHMS = [-8, -7, -257]
/** Time for people who need it: WebAuthn L3, section 15.1, recommends five to ten minutes. */
const TIMEOUT = 300_000
/** WebAuthn L3, section 7.1, step 25. */
const MAX_CREDENTIAL_ID_BYTES = 1_023

/** What is kept of a passkey, sealed. The public key is the COSE key as the authenticator gave it, base64url. */
export interface Passkey {
  credentialId: string
  publicKey: string
  /** Whether it may be copied to other devices; a passkey never changes that. */
  isBackupEligible: boolean
}

type OriginOnly = Pick<Settings, 'origin'>

const rpIdOf = ({ origin }: OriginOnly): string => new URL(origin).hostname

/** The user handle: the person's pseudonymous id, which an authenticator may show to anybody who holds it. */
const userHandleOf = (personId: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(personId))

/** Options for signing in with whichever passkey the person picks: no list of theirs, so that known and unknown look the same. */
export async function authenticationOptions(settings: OriginOnly) {
  const { generateAuthenticationOptions } = await library()
  return generateAuthenticationOptions({ rpID: rpIdOf(settings), userVerification: 'required', timeout: TIMEOUT })
}

export async function registrationOptions(
  settings: OriginOnly,
  person: { id: string; address: string; name: string },
  existing: Passkey[],
) {
  const { generateRegistrationOptions } = await library()
  return generateRegistrationOptions({
    rpName: RP_NAME,
    rpID: rpIdOf(settings),
    userID: userHandleOf(person.id),
    userName: person.address,
    userDisplayName: person.name,
    timeout: TIMEOUT,
    attestationType: 'none',
    excludeCredentials: existing.map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  })
}

const BASE64URL = z.string().regex(/^[A-Za-z0-9_-]+$/)
const CREDENTIAL = { id: BASE64URL.max(1_400), rawId: BASE64URL.max(1_400), type: z.literal('public-key') }

// Only these members are read. Extension outputs (`prf` may hold a key) are left behind here.
const ASSERTION = z.object({
  ...CREDENTIAL,
  response: z.object({
    clientDataJSON: BASE64URL.max(8_192),
    authenticatorData: BASE64URL.max(8_192),
    signature: BASE64URL.max(2_048),
    userHandle: BASE64URL.max(100),
  }),
})
const ATTESTATION = z.object({
  ...CREDENTIAL,
  response: z.object({ clientDataJSON: BASE64URL.max(8_192), attestationObject: BASE64URL.max(65_536) }),
})
export type Assertion = z.infer<typeof ASSERTION>

/** What a browser sent, if it has the shape of an assertion. */
export const readAssertion = (response: unknown): Assertion | null => ASSERTION.safeParse(response).data ?? null

/**
 * Verifies an assertion (WebAuthn L3, section 7.2).
 *
 * @param expected.challenge - the one that was handed out for this sign-in, taken so that it cannot be used again.
 * @returns the authenticator's signature counter; null for whatever is wrong, all of which look the same from outside.
 */
export async function verifyAssertion(
  settings: OriginOnly,
  assertion: Assertion,
  expected: { challenge: string; personId: string; passkey: Passkey; counter: number },
): Promise<{ counter: number } | null> {
  const { passkey, personId } = expected
  // Step 6: who the authenticator says it is, is who we keep this passkey for.
  if (!Buffer.from(assertion.response.userHandle, 'base64url').equals(userHandleOf(personId))) return null
  if (assertion.id !== passkey.credentialId) return null
  // Steps 13 and 14, which the library leaves open: nobody may ask for this from inside another site.
  if (!isFromOurOwnPage(assertion.response.clientDataJSON)) return null
  const { verifyAuthenticationResponse } = await library()
  const result = await verified(() =>
    verifyAuthenticationResponse({
      response: { ...assertion, clientExtensionResults: {} } satisfies AuthenticationResponseJSON,
      expectedChallenge: expected.challenge,
      expectedOrigin: settings.origin,
      expectedRPID: rpIdOf(settings),
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: expected.counter,
      },
    }),
  )
  if (result === null || !result.verified) return null
  const { newCounter, credentialDeviceType } = result.authenticationInfo
  // Step 18: a passkey that was bound to one device stays so. (BS without BE is refused by the library.)
  return (credentialDeviceType === 'multiDevice') === passkey.isBackupEligible ? { counter: newCounter } : null
}

/**
 * Verifies a registration (WebAuthn L3, section 7.1). No attestation is asked for, and none but a passkey's own is taken.
 *
 * @returns null for whatever is wrong.
 */
export async function verifyRegistration(
  settings: OriginOnly,
  response: unknown,
  challenge: string,
): Promise<{ passkey: Passkey; counter: number } | null> {
  const attestation = ATTESTATION.safeParse(response).data
  if (attestation === undefined || !isFromOurOwnPage(attestation.response.clientDataJSON)) return null
  const { verifyRegistrationResponse } = await library()
  const result = await verified(() =>
    verifyRegistrationResponse({
      response: { ...attestation, clientExtensionResults: {} } satisfies RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: settings.origin,
      expectedRPID: rpIdOf(settings),
      requireUserPresence: true,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  )
  if (result === null || !result.verified) return null
  const { fmt, credential, credentialDeviceType } = result.registrationInfo
  if (fmt !== 'none' && fmt !== 'packed') return null
  if (credential.id !== attestation.id || Buffer.from(credential.id, 'base64url').length > MAX_CREDENTIAL_ID_BYTES) return null
  const publicKey = Buffer.from(credential.publicKey).toString('base64url')
  const isBackupEligible = credentialDeviceType === 'multiDevice'
  return { passkey: { credentialId: credential.id, publicKey, isBackupEligible }, counter: credential.counter }
}

/** The library throws for some of what is wrong and says `false` for the rest; here it is one answer. */
async function verified<T>(verify: () => Promise<T>): Promise<T | null> {
  try {
    return await verify()
  } catch {
    return null
  }
}

/** `crossOrigin` must be absent or false, and there must be no `topOrigin`: a page inside somebody's frame has both. */
function isFromOurOwnPage(clientDataJSON: string): boolean {
  const clientData = CLIENT_DATA.safeParse(parsed(clientDataJSON))
  return clientData.success && clientData.data.crossOrigin !== true && !('topOrigin' in clientData.data)
}

const CLIENT_DATA = z.looseObject({ crossOrigin: z.boolean().optional() })

function parsed(clientDataJSON: string): unknown {
  try {
    return JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'))
  } catch {
    return null // what is not JSON is refused with everything else
  }
}
