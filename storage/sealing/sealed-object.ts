import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { inBlocks } from './blocks.ts'
import { associatedData, openPart, type Place, type SealedPart, sealPart } from './envelope.ts'
import { newKeyBytes } from './keys.ts'
import { tampered } from './refusal.ts'
import {
  CHUNK_BYTES,
  type ChunkSeal,
  chunkBytes,
  chunkCount,
  MAX_CHUNKS,
  openChunk,
  PREFIX_BYTES,
  sealChunk,
  TAG_BYTES,
} from './stream.ts'

// The stream of stream.ts for content whose size nobody knows before its end. Version 1 binds the size into every chunk; here it stands
// in the secret, which is sealed when the last chunk has been: a size that was changed, or chunks that were cut off or added, are refused
// at the first chunk all the same.
const VERSION = 2
const SIZE_AT = 1 + PREFIX_BYTES
const KEY_AT = SIZE_AT + 8
const SECRET_BYTES = KEY_AT + 32

/** One chunk as it lies in an object: ciphertext, tag. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES

/** Where an object belongs. Several messages may share it; each holds a secret of its own, sealed for its own place. */
export interface ObjectPlace {
  organization: string
  /** The object's name. */
  object: string
}

/**
 * What opens one object: version (1 byte), nonce prefix (7), size of the content (8), data key (32). Its bytes never leave this folder
 * but sealed: each message that shows the object keeps a copy as a part of its own, so that destroying one leaves the others.
 */
export class ObjectSecret {
  readonly #bytes: Buffer
  #isFresh: boolean
  #opening: { place: ObjectPlace; seal: Omit<ChunkSeal, 'number' | 'isLast'> } | undefined

  private constructor(bytes: Buffer, isFresh: boolean) {
    this.#bytes = bytes
    this.#isFresh = isFresh
  }

  /** Opens a copy that was sealed for exactly this place. @throws PortalError `tampered` */
  static open(part: SealedPart, place: Place, wrapping: KeyObject): ObjectSecret {
    const bytes = Buffer.from(openPart(part, place, wrapping))
    if (bytes.length !== SECRET_BYTES || bytes[0] !== VERSION) throw tampered()
    return new ObjectSecret(bytes, false)
  }

  static fresh(): ObjectSecret {
    const bytes = Buffer.alloc(SECRET_BYTES)
    bytes[0] = VERSION
    bytes.set(randomBytes(PREFIX_BYTES), 1)
    const key = newKeyBytes()
    bytes.set(key, KEY_AT)
    key.fill(0)
    return new ObjectSecret(bytes, true)
  }

  /** A copy for one place. */
  seal(place: Place, wrapping: KeyObject): SealedPart {
    return sealPart(this.#bytes, place, wrapping)
  }

  /** Plaintext bytes of the whole object. */
  get size(): number {
    return Number(this.#bytes.readBigUInt64BE(SIZE_AT))
  }

  /**
   * Seals content as it comes, once: a secret is fresh for one object. At the end the secret knows the size.
   *
   * @returns ciphertext and tag of each chunk, in turns; what comes out belongs to the caller.
   */
  async *sealing(content: AsyncIterable<Uint8Array>, place: ObjectPlace): AsyncGenerator<Uint8Array> {
    // A second object under the same secret would repeat every nonce.
    if (!this.#isFresh) throw new Error('A secret seals one object.')
    this.#isFresh = false
    const seal = this.#seal(place)
    let number = 0
    let size = 0
    for await (const { block, isLast } of inBlocks(content, CHUNK_BYTES)) {
      if (number === MAX_CHUNKS) throw new RangeError('The file has more chunks than the counter can tell apart.')
      yield* sealChunk(block, { ...seal, number, isLast })
      size += block.length
      number++
    }
    this.#bytes.writeBigUInt64BE(BigInt(size), SIZE_AT)
  }

  /**
   * One chunk of the object, opened.
   *
   * @throws PortalError `tampered` when these are not the bytes sealed as this chunk of this object.
   */
  chunk(number: number, sealed: Uint8Array, place: ObjectPlace): Uint8Array {
    const chunks = chunkCount(this.size)
    if (number >= chunks || sealed.length !== chunkBytes(this.size, number) + TAG_BYTES) throw tampered()
    // What each chunk is opened with is the same for all: made once for a reader.
    if (this.#opening?.place !== place) this.#opening = { place, seal: this.#seal(place) }
    return openChunk(sealed, { ...this.#opening.seal, number, isLast: number === chunks - 1 })
  }

  /** Overwrites the data key. */
  close(): void {
    this.#bytes.fill(0)
    this.#opening = undefined
  }

  #seal({ organization, object }: ObjectPlace) {
    const dataKey = this.#bytes.subarray(KEY_AT)
    const prefix = this.#bytes.subarray(1, SIZE_AT)
    const aad = associatedData('object', { organization, owner: object, recipient: '', part: 'object' }, dataKey, [VERSION])
    return { dataKey: createSecretKey(dataKey), prefix, aad }
  }
}
