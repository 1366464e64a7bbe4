import { calculateJwkThumbprint, compactDecrypt, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { isPortalError, PortalError } from '../errors.ts'
import type { DepositKey } from '../store.ts'
import { days, type Instant } from '../time.ts'
import { readJson } from './json.ts'

const DEPOSIT_ALGORITHM = 'ECDH-ES+A256KW'
const ENCRYPTION = 'A256GCM'
export const DEPOSIT_CURVES = ['X25519', 'P-256'] as const
export type DepositCurve = (typeof DEPOSIT_CURVES)[number]
/** How long a key is published and accepted. A new one is made a month before. */
export const DEPOSIT_KEY_LIFETIME = days(90)

const MAX_HEADER_BYTES = 4_096
// Whatever is not here is refused, known to be harmful (zip, crit, jku, jwk, x5u, x5c, p2c) or merely of no use to us: apu and apv
// name the parties in a key agreement between people, and a deposit has none to name.
const HEADER_NAMES = new Set(['alg', 'enc', 'kid', 'epk', 'cty', 'typ'])
/** The message in our JSON; RFC 7515, section 4.1.10 lets `application/` be left out. */
const CONTENT_TYPES = new Set(['application/vnd.restante.message+json', 'vnd.restante.message+json'])
const TYPES = new Set(['JOSE', 'JWE'])
// What ECDH-ES+A256KW and A256GCM always produce: a 32-byte key wrapped (RFC 3394), a 96-bit nonce, a 128-bit tag.
const WRAPPED_KEY_BYTES = 40
const NONCE_BYTES = 12
const TAG_BYTES = 16
const COORDINATE_BYTES = 32

/**
 * Opens a sealed deposit (compact JWE) with one of our own keys.
 *
 * Everything that can be wrong with it — form, header, key, tag — is refused with the same error, so that nobody learns from the answer
 * how far a forgery came.
 *
 * @param findKey - looks a key up by our own `kid`; the sender's word about keys is never followed.
 * @returns the plaintext, authenticated; a message in JSON, still to be checked.
 * @throws PortalError `undecipherable`.
 * @see RFC 7516, section 5.2; RFC 8725, section 3
 */
export async function openJwe(
  jwe: string,
  findKey: (kid: string) => Promise<DepositKey | null>,
  now: Instant,
): Promise<Uint8Array> {
  const header = checkedHeader(segments(jwe))
  const key = await findKey(header.kid)
  if (key === null || now >= key.expiresAt || now < key.createdAt || !isOnCurveOf(header.epk, key.privateJwk))
    throw undecipherable()
  try {
    const { plaintext } = await compactDecrypt(jwe, await importJWK(key.privateJwk as JWK, DEPOSIT_ALGORITHM), {
      keyManagementAlgorithms: [DEPOSIT_ALGORITHM],
      contentEncryptionAlgorithms: [ENCRYPTION],
      maxDecompressedLength: 0,
    })
    return plaintext
  } catch {
    throw undecipherable() // points off the curve, a key that does not unwrap, a tag that does not verify
  }
}

/** A fresh key pair for each curve. `kid` is the thumbprint of the public half (RFC 7638), so it can name no other key. */
export async function newDepositKey(curve: DepositCurve, now: Instant): Promise<DepositKey> {
  const { privateKey } = await generateKeyPair(DEPOSIT_ALGORITHM, { crv: curve, extractable: true })
  const privateJwk = await exportJWK(privateKey)
  return {
    kid: await calculateJwkThumbprint(privateJwk),
    privateJwk: { ...privateJwk },
    createdAt: now,
    expiresAt: now + DEPOSIT_KEY_LIFETIME,
  }
}

export const curveOf = (key: DepositKey): unknown => key.privateJwk.crv

/** The half of a key that is published in the JWKS. Named members only: a private one can never slip through. */
export function publicJwk({ kid, privateJwk: { kty, crv, x, y } }: DepositKey): Record<string, unknown> {
  return { kty, crv, x, ...(y === undefined ? {} : { y }), kid, use: 'enc', alg: DEPOSIT_ALGORITHM }
}

type Segments = [header: Buffer, wrappedKey: Buffer, nonce: Buffer, ciphertext: Buffer, tag: Buffer]

/** jose takes padding, white space and stray last bits: one deposit could then be written in many ways. Here there is one. */
function segments(jwe: string): Segments {
  const parts = jwe.split('.', 6)
  if (parts.length !== 5) throw undecipherable()
  const decoded = parts.map(part => {
    const bytes = Buffer.from(part, 'base64url')
    if (bytes.toString('base64url') !== part) throw undecipherable()
    return bytes
  }) as Segments
  const [header, wrappedKey, nonce, , tag] = decoded
  if (header.length > MAX_HEADER_BYTES || wrappedKey.length !== WRAPPED_KEY_BYTES) throw undecipherable()
  if (nonce.length !== NONCE_BYTES || tag.length !== TAG_BYTES) throw undecipherable()
  return decoded
}

interface Header {
  kid: string
  epk: Record<string, unknown>
}

function checkedHeader([bytes]: Segments): Header {
  const header = readHeader(bytes)
  const fits =
    Object.keys(header).every(name => HEADER_NAMES.has(name)) &&
    header.alg === DEPOSIT_ALGORITHM &&
    header.enc === ENCRYPTION &&
    typeof header.kid === 'string' &&
    isObject(header.epk) &&
    typeof header.cty === 'string' &&
    CONTENT_TYPES.has(header.cty) &&
    (header.typ === undefined || (typeof header.typ === 'string' && TYPES.has(header.typ)))
  if (!fits) throw undecipherable()
  return { kid: header.kid as string, epk: header.epk as Record<string, unknown> }
}

/** By the strict reader: a key that stands twice in a header is two headers. */
function readHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header = readJson(bytes)
    if (isObject(header)) return header
  } catch (error) {
    if (!isPortalError(error)) throw error
  }
  throw undecipherable()
}

/** Whether the sender's ephemeral key is a public key of our key's curve, in canonical form, and nothing else. */
function isOnCurveOf(epk: Record<string, unknown>, own: Record<string, unknown>): boolean {
  const members = own.crv === 'P-256' ? ['crv', 'kty', 'x', 'y'] : ['crv', 'kty', 'x']
  return (
    Object.keys(epk).sort().join() === members.join() &&
    epk.kty === own.kty &&
    epk.crv === own.crv &&
    isCoordinate(epk.x) &&
    (own.crv !== 'P-256' || isCoordinate(epk.y))
  )
}

function isCoordinate(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const bytes = Buffer.from(value, 'base64url')
  return bytes.length === COORDINATE_BYTES && bytes.toString('base64url') === value
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Made anew each time, always the same. */
const undecipherable = (): PortalError =>
  new PortalError('undecipherable', 'The sealed content could not be opened with any of our current keys.')
