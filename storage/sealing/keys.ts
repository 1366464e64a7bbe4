import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { PortalError } from '../../server/errors.ts'
import { tampered } from './refusal.ts'

/** Bytes of every symmetric key here: AES-256 and HMAC-SHA-256 alike. */
export const KEY_BYTES = 32
/** A 32-byte key under AES-KW: RFC 3394 adds one block of 8 bytes that proves it whole. */
export const WRAPPED_KEY_BYTES = 40

// RFC 3394, section 2.2.3.1: the default initial value, which unwrapping checks.
const INITIAL_VALUE = Buffer.from('A6A6A6A6A6A6A6A6', 'hex')

/** A key to be used, not looked at. */
export type Key = KeyObject

/** What a derived key is for. One secret never serves two purposes; add to this list, never change a line of it. */
export type Purpose =
  | 'wrap organization keys'
  | 'authenticate organization keys'
  | 'authenticate rows'
  | 'blind index'
  | 'keyed hash'
  | 'authenticate journals'

/** The key everything hangs on: not in the database, given at start. */
export interface RootKey {
  /** Says which root key wrapped a key, and nothing about the key itself. */
  readonly id: string
  readonly wrapping: Key
  readonly authentication: Key
}

/**
 * Makes the root key's working keys from its bytes.
 *
 * @throws PortalError `misconfigured` when it is not 32 bytes.
 */
export function openRootKey(bytes: Uint8Array): RootKey {
  if (bytes.length !== KEY_BYTES) throw badRootKey()
  const secret = createSecretKey(bytes)
  const digest = createHash('sha256').update('restante/root-key-id/1\0').update(bytes).digest()
  return {
    id: `root_${digest.subarray(0, 12).toString('base64url')}`,
    wrapping: deriveKey(secret, 'wrap organization keys'),
    authentication: deriveKey(secret, 'authenticate organization keys'),
  }
}

/** A new root key in the form `PORTAL_ROOT_KEY` takes it: 32 random bytes as base64url. */
export const generateRootKey = (): string => randomBytes(KEY_BYTES).toString('base64url')

/**
 * Reads a root key as it stands in a setting or a file; space around it is allowed.
 *
 * @throws PortalError `misconfigured` when it is not exactly 32 bytes in canonical base64url.
 */
export function parseRootKey(text: string): Uint8Array {
  const bytes = Buffer.from(text.trim(), 'base64url')
  // Node reads base64url leniently: what it would not write again was mistyped or cut short.
  if (bytes.length !== KEY_BYTES || bytes.toString('base64url') !== text.trim()) throw badRootKey()
  return bytes
}

const badRootKey = () => new PortalError('misconfigured', 'The root key must be 32 bytes, written as 43 characters of base64url.')

/** A fresh random key; the caller overwrites it when done. */
export const newKeyBytes = (): Uint8Array => randomBytes(KEY_BYTES)

/** A name for a new organization key. */
export const newKeyId = (): string => `key_${randomBytes(12).toString('base64url')}`

/**
 * A key for one purpose out of a secret that has several.
 *
 * @see RFC 5869; without salt, as the input is a uniformly random key.
 */
export function deriveKey(secret: KeyObject, purpose: Purpose): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, new Uint8Array(0), `restante/${purpose}/1`, KEY_BYTES)))
}

/**
 * Wraps a key under another (AES-KW).
 *
 * @returns 40 bytes for a 32-byte key. @see RFC 3394, section 2.2.1
 */
export function wrapKey(wrapping: KeyObject, key: Uint8Array): Uint8Array {
  const cipher = createCipheriv('id-aes256-wrap', wrapping, INITIAL_VALUE)
  return Buffer.concat([cipher.update(key), cipher.final()])
}

/**
 * Unwraps a 32-byte key.
 *
 * @throws PortalError `tampered` when it was not wrapped under this key, or not as it lies here.
 */
export function unwrapKey(wrapping: KeyObject, wrapped: Uint8Array): Uint8Array {
  if (wrapped.length !== WRAPPED_KEY_BYTES) throw tampered()
  try {
    const decipher = createDecipheriv('id-aes256-wrap', wrapping, INITIAL_VALUE)
    return Buffer.concat([decipher.update(wrapped), decipher.final()])
  } catch {
    throw tampered()
  }
}

/** A new key of an organization and its wrapped form. */
export function newWrappedKey(root: RootKey): Uint8Array {
  const key = newKeyBytes()
  try {
    return wrapKey(root.wrapping, key)
  } finally {
    key.fill(0)
  }
}

/** An organization's key, ready to use; its bytes do not leave this folder. */
export function unwrapOrganizationKey(root: RootKey, wrapped: Uint8Array): KeyObject {
  const key = unwrapKey(root.wrapping, wrapped)
  try {
    return createSecretKey(key)
  } finally {
    key.fill(0)
  }
}
