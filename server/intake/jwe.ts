import {
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  hash,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import type { DepositKey } from '../deposit-key.ts'
import { isPortalError, PortalError } from '../errors.ts'
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
const KEY_BITS = 256
// RFC 3394, section 2.2.3.1: the default initial value, which unwrapping checks.
const WRAPPING_INITIAL_VALUE = Buffer.from('A6A6A6A6A6A6A6A6', 'hex')

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
  const parts = segments(jwe)
  const header = checkedHeader(parts[0])
  const key = await findKey(header.kid)
  if (key === null || now >= key.expiresAt || now < key.createdAt || !isOnCurveOf(header.epk, key.privateJwk))
    throw undecipherable()
  try {
    const wrapping = agreedKey(key.privateJwk, header.epk)
    const [, wrappedKey, nonce, ciphertext, tag] = parts
    // RFC 7516, section 5.2, step 15: what is authenticated beside the content is the header as it stands in the JWE.
    return decrypted({ key: unwrapped(wrapping, wrappedKey), nonce, ciphertext, tag, header: jwe.slice(0, jwe.indexOf('.')) })
  } catch {
    throw undecipherable() // points off the curve, a key that does not unwrap, a tag that does not verify
  }
}

/**
 * Which of our keys a sealed deposit names, from its header alone: the key can be looked up where storage is, and the rest be opened elsewhere.
 *
 * @param beginning - at least the first six thousand characters.
 * @throws PortalError `undecipherable`.
 */
export const keyNamedBy = (beginning: string): string =>
  checkedHeader(decodedSegment(beginning.slice(0, Math.max(0, beginning.indexOf('.'))))).kid

/**
 * The key that two halves agree on (ECDH-ES), made into one for AES-KW by a single round of Concat KDF. Ours and not jose's, which goes
 * through WebCrypto and takes four times as long for a deposit; jose is the oracle in the tests.
 *
 * @throws Error for a point off the curve, or one of small order.
 * @see RFC 7518, section 4.6.2; NIST SP 800-56A, section 5.8.1
 */
function agreedKey(own: Record<string, unknown>, epk: Record<string, unknown>): KeyObject {
  const secret = diffieHellman({
    privateKey: privateKeyOf(own),
    publicKey: createPublicKey({ key: epk as JsonWebKey, format: 'jwk' }),
  })
  const nobody = uint32(0) // apu and apv: neither party is named
  const info = [uint32(DEPOSIT_ALGORITHM.length), Buffer.from(DEPOSIT_ALGORITHM), nobody, nobody, uint32(KEY_BITS)]
  return createSecretKey(hash('sha256', Buffer.concat([uint32(1), secret, ...info]), 'buffer'))
}

/** Ready to use, by the key as storage handed it out: to read a private key takes as long as to agree on a secret. */
const privateKeys = new WeakMap<Record<string, unknown>, KeyObject>()

function privateKeyOf(jwk: Record<string, unknown>): KeyObject {
  const known = privateKeys.get(jwk)
  if (known) return known
  const key = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' })
  privateKeys.set(jwk, key)
  return key
}

/** @throws Error when it was wrapped by another key. @see RFC 3394, section 2.2.2 */
function unwrapped(wrapping: KeyObject, wrappedKey: Uint8Array): KeyObject {
  const decipher = createDecipheriv('id-aes256-wrap', wrapping, WRAPPING_INITIAL_VALUE)
  return createSecretKey(Buffer.concat([decipher.update(wrappedKey), decipher.final()]))
}

/** @throws Error when the tag does not verify; no byte of plaintext leaves before. */
function decrypted(sealed: Record<'nonce' | 'ciphertext' | 'tag', Uint8Array> & { key: KeyObject; header: string }): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', sealed.key, sealed.nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(sealed.header, 'ascii'))
  decipher.setAuthTag(sealed.tag)
  return Buffer.concat([decipher.update(sealed.ciphertext), decipher.final()])
}

function uint32(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
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
  const decoded = parts.map(decodedSegment) as Segments
  const [, wrappedKey, nonce, , tag] = decoded
  if (wrappedKey.length !== WRAPPED_KEY_BYTES) throw undecipherable()
  if (nonce.length !== NONCE_BYTES || tag.length !== TAG_BYTES) throw undecipherable()
  return decoded
}

function decodedSegment(segment: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url')
  if (bytes.toString('base64url') !== segment) throw undecipherable()
  return bytes
}

interface Header {
  kid: string
  epk: Record<string, unknown>
}

function checkedHeader(bytes: Uint8Array): Header {
  if (bytes.length > MAX_HEADER_BYTES) throw undecipherable()
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
