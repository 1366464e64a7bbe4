import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto'
import { PortalError } from '../../server/errors.ts'

const RECIPIENT = 'restante-backup-recipient-1:'
const IDENTITY = 'restante-backup-identity-1:'
const KEY_BYTES = 32
const ID_BYTES = 9

/** Whom archives are sealed to: the public half of a key pair (X25519) whose private half is kept away from the portal. */
export interface ArchiveRecipient {
  /** Tells key pairs apart; nothing follows from it. */
  readonly id: string
  readonly publicKey: KeyObject
  /** 32 bytes. */
  readonly raw: Uint8Array
}

/** The private half: opens what was sealed to its recipient. */
export interface ArchiveIdentity {
  readonly recipient: ArchiveRecipient
  readonly privateKey: KeyObject
}

/** A new key pair: one line for the portal, and one that never comes near it. */
export function generateArchiveKeys(): { recipient: string; identity: string } {
  const { privateKey } = generateKeyPairSync('x25519')
  const { d, x } = privateKey.export({ format: 'jwk' })
  return { recipient: `${RECIPIENT}${x}`, identity: `${IDENTITY}${d}` }
}

/** @throws PortalError `invalid` when it is not a whole line of that kind. */
export function parseArchiveRecipient(text: string): ArchiveRecipient {
  if (text.trim().startsWith(IDENTITY))
    throw new PortalError('invalid', 'This is the private half of the key pair: keep it away from the portal.')
  const raw = bytesBehind(RECIPIENT, text, 'This is not a recipient’s line from `portal backup keygen`.')
  return recipientOf(
    createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(raw).toString('base64url') }, format: 'jwk' }),
  )
}

/** @throws PortalError `invalid` when it is not a whole line of that kind. */
export function parseArchiveIdentity(text: string): ArchiveIdentity {
  const raw = bytesBehind(IDENTITY, text, 'This is not an identity’s line from `portal backup keygen`.')
  // RFC 8410, section 7: what stands before the 32 bytes of an X25519 private key in PKCS #8.
  const der = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), raw])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  der.fill(0)
  raw.fill(0)
  return { privateKey, recipient: recipientOf(createPublicKey(privateKey)) }
}

function recipientOf(publicKey: KeyObject): ArchiveRecipient {
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')
  return { id: `bak_${hash('sha256', raw, 'buffer').subarray(0, ID_BYTES).toString('base64url')}`, publicKey, raw }
}

/** Lines that begin with `#` say what the file is, for whoever finds it. */
function bytesBehind(prefix: string, text: string, wrong: string): Uint8Array {
  const lines = text.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'))
  const line = lines[0]?.trim() ?? ''
  const bytes = Buffer.from(line.slice(prefix.length), 'base64url')
  // Node reads base64url leniently: what it would not write again was mistyped or cut short.
  const isWhole = lines.length === 1 && bytes.length === KEY_BYTES && line === `${prefix}${bytes.toString('base64url')}`
  if (!isWhole) throw new PortalError('invalid', wrong)
  return bytes
}
