import { type Key, unwrapKey, wrapKey } from './keys.ts'

/**
 * The same key under another: 40 bytes in, 40 bytes out.
 *
 * @throws PortalError `tampered` when it was not wrapped under `from`, or not as it lies here.
 */
export function rewrapKey(from: Key, to: Key, wrapped: Uint8Array): Uint8Array {
  const key = unwrapKey(from, wrapped)
  try {
    return wrapKey(to, key)
  } finally {
    key.fill(0)
  }
}
