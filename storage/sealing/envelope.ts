import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto'
import { encode } from './encoding.ts'
import { KEY_BYTES, unwrapKey, wrapKey } from './keys.ts'
import { tampered } from './refusal.ts'
import { unwrapKeys } from './unwrap-many.ts'

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
  // Drawn together: the call takes longer than the bytes. The nonce may be random: each data key seals exactly one part, so it can never
  // repeat under a key.
  const drawn = randomBytes(KEY_BYTES + NONCE_BYTES)
  const [dataKey, nonce] = [drawn.subarray(0, KEY_BYTES), drawn.subarray(KEY_BYTES)]
  try {
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
export function openPart(part: SealedPart, place: Place, wrapping: KeyObject): Buffer {
  return openUnder(unwrapKey(wrapping, part.wrappedKey), part, place)
}

/** As {@link openPart}, of many whose data keys are under the same key. One that is refused refuses all. */
export function openParts(parts: readonly { part: SealedPart; place: Place }[], wrapping: KeyObject): Buffer[] {
  const wrapped = parts.map(({ part }) => part.wrappedKey)
  const dataKeys = unwrapKeys(wrapping, wrapped)
  try {
    return parts.map(({ part, place }, at) => openUnder(dataKeys[at]!, part, place))
  } finally {
    for (const each of dataKeys) each.fill(0) // those that were not come to, too
  }
}

/** Overwrites the data key, whether it opens or not. */
function openUnder(dataKey: Uint8Array, { sealed }: SealedPart, place: Place): Buffer {
  try {
    if (sealed.length < 1 + NONCE_BYTES + TAG_BYTES || sealed[0] !== VERSION) throw tampered()
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', createSecretKey(dataKey), nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(associatedData('part', place, dataKey))
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    const plaintext = decipher.update(sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES))
    decipher.final() // adds no byte: it says whether the tag was right
    return plaintext
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
function dataKeyId(dataKey: Uint8Array): Uint8Array {
  const named = Buffer.concat([DATA_KEY_ID_DOMAIN, dataKey])
  const id = hash('sha256', named, 'buffer').subarray(0, DATA_KEY_ID_BYTES)
  named.fill(0)
  return id
}
