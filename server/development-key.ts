import { createHash, randomBytes } from 'node:crypto'

/**
 * A root key that says of itself, wherever it is copied to, that it is for development: its last four bytes follow from the others.
 * That leaves 28 random bytes, and one key in four thousand million made by chance would be taken for one.
 */
const RANDOM_BYTES = 28

/** A new one, 32 bytes as base64url. */
export function newDevelopmentKey(): string {
  const random = randomBytes(RANDOM_BYTES)
  return Buffer.concat([random, markOf(random)]).toString('base64url')
}

/** Whether this root key was made for development; production must not run with it. */
export function isDevelopmentKey(base64url: string): boolean {
  const bytes = Buffer.from(base64url, 'base64url')
  return markOf(bytes.subarray(0, RANDOM_BYTES)).equals(bytes.subarray(RANDOM_BYTES))
}

const markOf = (random: Uint8Array): Buffer =>
  createHash('sha256')
    .update('restante/development-root-key/1\0')
    .update(random)
    .digest()
    .subarray(0, 32 - RANDOM_BYTES)
