import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What this authenticator, or the page it is asked from, is made to get wrong. */
export interface Lies {
  origin?: string
  crossOrigin?: boolean
  topOrigin?: string
  /** `webauthn.create` where `webauthn.get` belongs, or the other way. */
  type?: string
  challenge?: string
  rpId?: string
  isPresent?: boolean
  isVerified?: boolean
  isBackupEligible?: boolean
  isBackedUp?: boolean
  /** Null: leaves it out. */
  userHandle?: string | null
  signatureCounter?: number
  /** Signs with a key of somebody else's. */
  otherKey?: boolean
  credentialId?: string
  format?: string
}

type Options = Record<string, unknown>

/** A passkey that lives in the test: ES256, user verification, kept in the authenticator, honest unless told otherwise. */
export interface SoftwarePasskey {
  readonly credentialId: string
  /** What a browser would post after `navigator.credentials.create`. */
  create(options: Options, lies?: Lies): Record<string, unknown>
  /** What a browser would post after `navigator.credentials.get`. */
  get(options: Options, lies?: Lies): Record<string, unknown>
}

const UP = 0x01
const UV = 0x04
const BE = 0x08
const BS = 0x10
const AT = 0x40

/**
 * @param made.counts - whether it counts its signatures, as a security key does; synchronized passkeys do not.
 * @param made.isBackupEligible - whether it is one that is copied to other devices.
 */
export function softwarePasskey(origin: string, made: { counts?: boolean; isBackupEligible?: boolean } = {}): SoftwarePasskey {
  const { counts = false, isBackupEligible = true } = made
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const credentialId = randomBytes(16).toString('base64url')
  let signatures = 0
  let userHandle: string | undefined

  const clientData = (type: string, options: Options, lies: Lies): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? options.challenge,
        origin: lies.origin ?? origin,
        crossOrigin: lies.crossOrigin ?? false,
        ...(lies.topOrigin === undefined ? {} : { topOrigin: lies.topOrigin }),
      }),
    )

  const authenticatorData = (rpId: string, lies: Lies, attested: Buffer | null): Buffer => {
    signatures += 1
    const flags =
      ((lies.isPresent ?? true) ? UP : 0) |
      ((lies.isVerified ?? true) ? UV : 0) |
      ((lies.isBackupEligible ?? isBackupEligible) ? BE : 0) |
      ((lies.isBackedUp ?? isBackupEligible) ? BS : 0) |
      (attested === null ? 0 : AT)
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(lies.signatureCounter ?? (counts ? signatures : 0))
    return Buffer.concat([sha256(lies.rpId ?? rpId), Buffer.from([flags]), counter, attested ?? Buffer.alloc(0)])
  }

  const credential = (lies: Lies, response: Record<string, unknown>) => {
    const id = lies.credentialId ?? credentialId
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {}, authenticatorAttachment: 'platform' }
  }

  return {
    credentialId,

    create(options, lies = {}) {
      const rp = options.rp as { id: string }
      userHandle = (options.user as { id: string }).id
      const id = Buffer.from(credentialId, 'base64url')
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, coseKey(publicKey)])
      const authData = authenticatorData(rp.id, lies, attested)
      const attestationObject = cbor(
        new Map<string, Cbor>([
          ['fmt', lies.format ?? 'none'],
          ['attStmt', new Map()],
          ['authData', authData],
        ]),
      )
      return credential(lies, {
        clientDataJSON: clientData('webauthn.create', options, lies).toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['internal'],
      })
    },

    get(options, lies = {}) {
      const json = clientData('webauthn.get', options, lies)
      const authData = authenticatorData(options.rpId as string, lies, null)
      const signature = sign('sha256', Buffer.concat([authData, sha256(json)]), lies.otherKey ? stranger : privateKey)
      const handle = lies.userHandle === undefined ? userHandle : (lies.userHandle ?? undefined)
      return credential(lies, {
        clientDataJSON: json.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
        ...(handle === undefined ? {} : { userHandle: handle }),
      })
    },
  }
}

const sha256 = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest()

/** RFC 9053, section 7.1.1: an EC2 key for ES256. */
function coseKey(key: KeyObject): Buffer {
  const { x, y } = key.export({ format: 'jwk' })
  return cbor(
    new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x!, 'base64url')],
      [-3, Buffer.from(y!, 'base64url')],
    ]),
  )
}

type Cbor = number | string | Buffer | Map<number | string, Cbor>

/** RFC 8949, as much of it as an attestation needs. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item)])])
}

function head(major: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(major << 5) | size])
  if (size < 256) return Buffer.from([(major << 5) | 24, size])
  return Buffer.from([(major << 5) | 25, size >> 8, size & 0xff])
}
