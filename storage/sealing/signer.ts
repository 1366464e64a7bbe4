import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Signer } from '../../server/store.ts'

/** A new Ed25519 private key as PKCS #8 (DER); to be sealed at once. */
export function newSigningKey(): Uint8Array {
  const { privateKey } = generateKeyPairSync('ed25519')
  return privateKey.export({ type: 'pkcs8', format: 'der' })
}

/** A signer out of its private key (PKCS #8, DER). */
export function openSigner(pkcs8: Uint8Array): Signer {
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), type: 'pkcs8', format: 'der' })
  return {
    publicKey: rawPublicKey(privateKey),
    sign: bytes => sign(null, bytes, privateKey),
  }
}

function rawPublicKey(privateKey: KeyObject): Uint8Array {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  if (x === undefined) throw new TypeError('This is not an Ed25519 key.')
  return Buffer.from(x, 'base64url')
}
