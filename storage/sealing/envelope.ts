import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto'
import { encode } from './encoding.ts'
import { newKeyBytes, unwrapKey, wrapKey } from './keys.ts'
import { tampered } from './refusal.ts'

const VERSION = 1
const HEAD = Buffer.of(VERSION)
const NONCE_BYTES = 12
const TAG_BYTES = 16
const DATA_KEY_ID_BYTES = 16
const DATA_KEY_ID_DOMAIN = Buffer.from('restante/data-key-id/1\0')

/** The largest part that is sealed in one piece; attachments go through the stream. */
const MAX_PART_BYTES = 64 * 1024 * 1024

/** Where a sealed part belongs. All of it is bound in, so that no part can be shown in another's place. */
export interface Place {
  organization: string
  /** Id of the row it belongs to: `msg_…`, `rcp_…`, `att_…`. */
  owner: string
  /** Whose mailbox it is in; empty where there is none. */
  recipient: string
  /** `subject`, `name`, `secret`… */
  part: string
}

/** A sealed part as it lies in the database. */
export interface SealedPart {
  /** The part's own data key under the organization's key: 40 bytes. */
  wrappedKey: Uint8Array
  /** version (1 byte), nonce (12), ciphertext, tag (16), in that order. */
  sealed: Uint8Array
}

/**
 * Seals one part under a data key of its own.
 *
 * Bound in as associated data: organization, owner, recipient, part, format version and the data key's id. The id of the
 * organization's key is left out on purpose: rotation wraps the data key anew without touching what it sealed.
 *
 * @param plaintext - at most 64 MiB.
 * @param wrapping - the organization's wrapping key.
 * @see NIST SP 800-38D, section 8.2.2
 */
export function sealPart(plaintext: Uint8Array, place: Place, wrapping: KeyObject): SealedPart {
  if (plaintext.length > MAX_PART_BYTES) throw new RangeError(`A part is at most ${MAX_PART_BYTES} bytes.`)
  const dataKey = newKeyBytes()
  try {
    // The nonce may be random: each data key seals exactly one part, so it can never repeat under a key.
    const nonce = randomBytes(NONCE_BYTES)
    // As a key object: given as bytes, Node takes four times as long to set the cipher up.
    const cipher = createCipheriv('aes-256-gcm', createSecretKey(dataKey), nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(associatedData('part', place, dataKey))
    const sealed = Buffer.concat([HEAD, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    return { wrappedKey: wrapKey(wrapping, dataKey), sealed }
  } finally {
    dataKey.fill(0)
  }
}

/**
 * Opens a part that was sealed for exactly this place.
 *
 * @throws PortalError `tampered`, the same for every reason; no byte of plaintext leaves before the tag is verified.
 */
export function openPart(part: SealedPart, place: Place, wrapping: KeyObject): Uint8Array {
  const { sealed } = part
  if (sealed.length < 1 + NONCE_BYTES + TAG_BYTES || sealed[0] !== VERSION) throw tampered()
  const dataKey = unwrapKey(wrapping, part.wrappedKey)
  try {
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', createSecretKey(dataKey), nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(associatedData('part', place, dataKey))
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    throw tampered()
  } finally {
    dataKey.fill(0)
  }
}

/**
 * What the cipher authenticates beside the content.
 *
 * @param format - keeps the one-piece and the two chunked formats apart.
 * @param more - what the format itself binds.
 */
export function associatedData(
  format: 'part' | 'stream' | 'object',
  place: Place,
  dataKey: Uint8Array,
  more: readonly (string | number)[] = [],
): Uint8Array {
  const { organization, owner, recipient, part } = place
  return encode([`restante/${format}`, VERSION, organization, owner, recipient, part, dataKeyId(dataKey), ...more])
}

/**
 * The data key's id is computed from the key, not stored beside it. AES-GCM alone does not commit to its key (a ciphertext can be
 * made that opens under two); with the id bound in, it does.
 */
const dataKeyId = (dataKey: Uint8Array): Uint8Array =>
  hash('sha256', Buffer.concat([DATA_KEY_ID_DOMAIN, dataKey]), 'buffer').subarray(0, DATA_KEY_ID_BYTES)
