import { createDecipheriv, type KeyObject } from 'node:crypto'
import { KEY_BYTES, unwrapKey, WRAPPED_KEY_BYTES } from './keys.ts'
import { tampered } from './refusal.ts'

/** A block of AES-KW: half of one of AES, and the check value before the key. */
const HALF = 8
const BLOCK = 2 * HALF
const HALVES = KEY_BYTES / HALF
const PASSES = 6
/** RFC 3394, section 2.2.3.1: each byte of the default initial value. */
const INITIAL_BYTE = 0xa6
/** Fewer are quicker unwrapped one by one. */
const FEW = 4
/** Words of 32 bits in a block. */
const WORDS = BLOCK / 4

/**
 * Unwraps many 32-byte keys under one key. Each takes 24 steps of AES, one after the other, and OpenSSL has no way for AES-KW into the processor's
 * own AES. A step of all keys together is one call of plain AES, though, which has: fifty keys take a tenth of the time.
 *
 * @returns the keys in the same order: the caller overwrites them when done.
 * @throws PortalError `tampered` when one of them was not wrapped under this key, or not as it lies here; then none is returned.
 * @see RFC 3394, section 2.2.2, "index based"
 */
export function unwrapKeys(wrapping: KeyObject, wrapped: readonly Uint8Array[]): Uint8Array[] {
  if (wrapped.some(each => each.length !== WRAPPED_KEY_BYTES)) throw tampered()
  if (wrapped.length <= FEW) return wrapped.map(each => unwrapKey(wrapping, each))
  const count = wrapped.length
  // As words and as bytes of the same memory. A block is the check value (A in the RFC) and the half of the key whose turn it is (R[i]).
  const blocks = new Uint32Array(count * WORDS)
  const halves = new Uint32Array((count * KEY_BYTES) / 4)
  const [blockBytes, keys] = [new Uint8Array(blocks.buffer), new Uint8Array(halves.buffer)]
  wrapped.forEach((each, key) => {
    blockBytes.set(each.subarray(0, HALF), key * BLOCK)
    keys.set(each.subarray(HALF), key * KEY_BYTES)
  })
  const cipher = createDecipheriv('aes-256-ecb', wrapping, null).setAutoPadding(false)
  for (let step = PASSES * HALVES; step > 0; step--) {
    const half = ((step - 1) % HALVES) * 2
    for (let key = 0; key < count; key++) {
      const [block, turn] = [key * WORDS, key * HALVES * 2 + half]
      blocks[block + 2] = halves[turn]!
      blocks[block + 3] = halves[turn + 1]!
      // The number of the step is below 256: of its 64 bits, the last byte.
      blockBytes[key * BLOCK + HALF - 1]! ^= step
    }
    const after = cipher.update(blockBytes)
    blockBytes.set(after)
    after.fill(0)
    for (let key = 0; key < count; key++) {
      const [block, turn] = [key * WORDS, key * HALVES * 2 + half]
      halves[turn] = blocks[block + 2]!
      halves[turn + 1] = blocks[block + 3]!
    }
  }
  let difference = 0
  for (let key = 0; key < count; key++)
    for (let at = 0; at < HALF; at++) difference |= blockBytes[key * BLOCK + at]! ^ INITIAL_BYTE
  blocks.fill(0)
  if (difference !== 0) {
    keys.fill(0)
    throw tampered()
  }
  return wrapped.map((_, key) => keys.subarray(key * KEY_BYTES, (key + 1) * KEY_BYTES))
}
