import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'
import { associatedData, type Place } from './envelope.ts'
import { newKeyBytes, unwrapKey, wrapKey } from './keys.ts'
import { tampered } from './refusal.ts'

// The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its Nonce-Reuse
// Misuse-Resistance", CRYPTO 2015, section 7): the nonce of each chunk is prefix (7 bytes), chunk number (4), last-chunk flag (1).
const VERSION = 1
export const PREFIX_BYTES = 7
export const TAG_BYTES = 16
export const MAX_CHUNKS = 2 ** 32

/** Plaintext bytes in every chunk but the last, which may hold fewer; an empty file is one empty last chunk. */
export const CHUNK_BYTES = 64 * 1024

/** What a stream starts with, as it lies in the database. */
export interface StreamHead {
  wrappedKey: Uint8Array
  /** version (1 byte), nonce prefix (7). */
  header: Uint8Array
}

/** How many chunks this many bytes make. */
export const chunkCount = (size: number): number => Math.max(1, Math.ceil(size / CHUNK_BYTES))

/**
 * Seals a file in chunks, each of which can be verified alone, in its place, and nowhere else.
 *
 * @returns the head, and the chunks in order: ciphertext, tag (16 bytes).
 */
export function sealStream(content: Uint8Array, place: Place, wrapping: KeyObject): StreamHead & { chunks: Uint8Array[] } {
  const count = chunkCount(content.length)
  if (count > MAX_CHUNKS) throw new RangeError('The file has more chunks than the counter can tell apart.')
  const dataKey = newKeyBytes()
  try {
    const prefix = randomBytes(PREFIX_BYTES)
    const aad = associatedData('stream', place, dataKey, [content.length])
    const chunks = Array.from({ length: count }, (_, number) => {
      const plaintext = content.subarray(number * CHUNK_BYTES, (number + 1) * CHUNK_BYTES)
      const place = { prefix, number, isLast: number === count - 1 }
      return Buffer.concat(sealChunk(plaintext, { dataKey, aad, ...place }))
    })
    return { wrappedKey: wrapKey(wrapping, dataKey), header: Buffer.concat([Buffer.of(VERSION), prefix]), chunks }
  } finally {
    dataKey.fill(0)
  }
}

/** A stream being opened, chunk by chunk. */
export interface OpenStream {
  readonly chunks: number
  /** @throws PortalError `tampered` when these are not the bytes sealed as this chunk. */
  chunk(number: number, sealed: Uint8Array): Uint8Array
  /** Overwrites the data key. */
  close(): void
}

/**
 * Makes ready to open a stream that was sealed for exactly this place.
 *
 * @param size - plaintext bytes of the whole; bound in, so that a changed size is refused at the first chunk.
 * @throws PortalError `tampered`.
 */
export function openStream(head: StreamHead, size: number, place: Place, wrapping: KeyObject): OpenStream {
  if (head.header.length !== 1 + PREFIX_BYTES || head.header[0] !== VERSION) throw tampered()
  const dataKey = unwrapKey(wrapping, head.wrappedKey)
  const prefix = head.header.subarray(1)
  const aad = associatedData('stream', place, dataKey, [size])
  const chunks = chunkCount(size)
  return {
    chunks,
    chunk(number, sealed) {
      if (number >= chunks || sealed.length !== chunkBytes(size, number) + TAG_BYTES) throw tampered()
      return openChunk(sealed, { dataKey, aad, prefix, number, isLast: number === chunks - 1 })
    },
    close: () => void dataKey.fill(0),
  }
}

/** Under which key, with what bound in, and in which place of its stream one chunk is sealed. */
export interface ChunkSeal {
  /** As a key object where many chunks are sealed with it: making one costs as much as sealing does. */
  dataKey: Uint8Array | KeyObject
  aad: Uint8Array
  /** 7 bytes. */
  prefix: Uint8Array
  number: number
  isLast: boolean
}

/** @returns ciphertext and tag. */
export function sealChunk(plaintext: Uint8Array, { dataKey, aad, ...place }: ChunkSeal): [Uint8Array, Uint8Array] {
  const cipher = createCipheriv('aes-256-gcm', dataKey, chunkNonce(place), { authTagLength: TAG_BYTES })
  cipher.setAAD(aad)
  const ciphertext = cipher.update(plaintext)
  cipher.final() // a stream cipher: everything has come out by now
  return [ciphertext, cipher.getAuthTag()]
}

/** @throws PortalError `tampered` when this was not sealed as exactly this chunk. */
export function openChunk(sealed: Uint8Array, { dataKey, aad, ...place }: ChunkSeal): Uint8Array {
  try {
    const decipher = createDecipheriv('aes-256-gcm', dataKey, chunkNonce(place), { authTagLength: TAG_BYTES })
    decipher.setAAD(aad)
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    const plaintext = decipher.update(sealed.subarray(0, -TAG_BYTES))
    decipher.final()
    return plaintext
  } catch {
    throw tampered()
  }
}

/** Plaintext bytes of one chunk of a file of this size. */
export const chunkBytes = (size: number, number: number): number => Math.min(CHUNK_BYTES, size - number * CHUNK_BYTES)

function chunkNonce({ prefix, number, isLast }: Omit<ChunkSeal, 'dataKey' | 'aad'>): Uint8Array {
  const nonce = Buffer.alloc(PREFIX_BYTES + 5)
  nonce.set(prefix)
  nonce.writeUInt32BE(number, PREFIX_BYTES)
  nonce.writeUInt8(isLast ? 1 : 0, PREFIX_BYTES + 4)
  return nonce
}
