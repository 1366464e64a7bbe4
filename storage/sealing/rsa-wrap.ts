import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import { PortalError } from '../../server/errors.ts'

/** 128 bits of strength, as everything else here has at least. @see NIST SP 800-57 part 1, table 2 */
const MIN_MODULUS_BITS = 3072

/**
 * Wraps a root key for whoever has the private half of an RSA key pair (RSA-OAEP).
 *
 * @param publicKey - SubjectPublicKeyInfo, DER.
 * @param hash - SHA-1 is as good here: OAEP does not rest on collisions being hard to find. Some tokens know no other.
 * @throws PortalError `misconfigured` when it is no RSA key, or a short one.
 * @see RFC 8017, section 7.1
 */
export function wrapForService(rootKey: Uint8Array, publicKey: Uint8Array, hash: 'SHA-256' | 'SHA-1'): Uint8Array {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType !== 'rsa' || bits < MIN_MODULUS_BITS)
    throw new PortalError('misconfigured', `The key of the key service must be RSA of at least ${MIN_MODULUS_BITS} bits.`)
  const oaepHash = hash === 'SHA-256' ? 'sha256' : 'sha1'
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, rootKey)
}
