import { createHmac, hash, type KeyObject, timingSafeEqual } from 'node:crypto'
import { type Encodable, encode } from './encoding.ts'

/**
 * A value's keyed hash: the same for the same values under the same key, and without the key neither to be read nor guessed at.
 * Serves to find sealed values again, and to keep what is too short to be hashed bare (codes, birth dates).
 *
 * @param purpose - what is hashed, such as `recipient address`; the same value hashed for another purpose shows no likeness.
 * @returns HMAC-SHA-256 over the canonical encoding, base64url.
 */
export const keyedHash = (key: KeyObject, purpose: string, ...values: readonly Encodable[]): string =>
  createHmac('sha256', key)
    .update(encode([purpose, ...values]))
    .digest('base64url')

/** HMAC-SHA-256 over the canonical encoding of `values`: 32 bytes. */
export const authenticate = (key: KeyObject, values: readonly Encodable[]): Uint8Array =>
  createHmac('sha256', key).update(encode(values)).digest()

const computed = Buffer.alloc(32)

/** Whether `mac` is what {@link authenticate} gives for these values; does not tell through time where it differs. */
export function isAuthentic(key: KeyObject, mac: Uint8Array, values: readonly Encodable[]): boolean {
  // By way of a text: a buffer for each, outside the heap, would take a third as long again.
  computed.write(createHmac('sha256', key).update(encode(values)).digest('binary'), 'latin1')
  return sameBytes(mac, computed)
}

/** SHA-256 (base64url) of a secret with at least 128 random bits, which needs no key to be safe: tokens, locators. */
export const digestOfSecret = (secret: string): string => hash('sha256', secret, 'base64url')

/** Compares without telling through time where the difference is. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}
