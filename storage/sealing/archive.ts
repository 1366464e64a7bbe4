import { createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import type { ArchiveIdentity, ArchiveRecipient } from './archive-keys.ts'
import { inBlocks } from './blocks.ts'
import { encode } from './encoding.ts'
import { tampered } from './refusal.ts'
import { CHUNK_BYTES, type ChunkSeal, MAX_CHUNKS, openChunk, PREFIX_BYTES, sealChunk, TAG_BYTES } from './stream.ts'

// Sealed to a public key: whoever holds only that can write an archive and never read one. X25519 with a key pair made for this
// archive alone, HKDF-SHA-256, and the STREAM of stream.ts. The construction is that of age (age-encryption.org/v1) with one recipient.
const MAGIC = Buffer.from('restante-archive/1\n')
const PUBLIC_KEY_BYTES = 32
export const HEAD_BYTES = MAGIC.length + PUBLIC_KEY_BYTES + PREFIX_BYTES
const KEY_BYTES = 32

/**
 * Seals a stream of any length, no byte of it held longer than a chunk.
 *
 * @param name - of the backup and its file: bound in, so that no archive can be shown in another's place.
 * @returns magic, ephemeral public key (32 bytes), nonce prefix (7), then 64 KiB chunks, each followed by its tag.
 */
export async function* sealArchive(
  content: AsyncIterable<Uint8Array>,
  name: string,
  recipient: ArchiveRecipient,
): AsyncGenerator<Uint8Array> {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  const ephemeral = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')
  const prefix = randomBytes(PREFIX_BYTES)
  const seal = sealUnder(diffieHellman({ privateKey, publicKey: recipient.publicKey }), ephemeral, recipient, name, prefix)
  yield Buffer.concat([MAGIC, ephemeral, prefix])
  let number = 0
  for await (const { block, isLast } of inBlocks(content, CHUNK_BYTES)) {
    if (number === MAX_CHUNKS) throw new RangeError('The archive has more chunks than the counter can tell apart.')
    yield Buffer.concat(sealChunk(block, { ...seal, number, isLast }))
    number++
  }
}

/** @throws PortalError `tampered` when these bytes are not that chunk. */
export type OpenChunk = (sealed: Uint8Array, number: number, isLast: boolean) => Uint8Array

/** What opens the chunks behind this head. @throws PortalError `tampered` when it is none. */
export function sealIn(head: Buffer, name: string, identity: ArchiveIdentity): OpenChunk {
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw tampered()
  const ephemeral = head.subarray(MAGIC.length, MAGIC.length + PUBLIC_KEY_BYTES)
  const prefix = head.subarray(MAGIC.length + PUBLIC_KEY_BYTES, HEAD_BYTES)
  const seal = sealUnder(sharedWith(ephemeral, identity.privateKey), ephemeral, identity.recipient, name, prefix)
  return (sealed, number, isLast) => {
    if (sealed.length < TAG_BYTES) throw tampered()
    return openChunk(sealed, { ...seal, number, isLast })
  }
}

/** The key is used for this archive alone, as the ephemeral key is; both public keys and the name are bound in. */
function sealUnder(
  shared: Uint8Array,
  ephemeral: Uint8Array,
  { raw }: ArchiveRecipient,
  name: string,
  prefix: Uint8Array,
): Pick<ChunkSeal, 'dataKey' | 'aad' | 'prefix'> {
  const salt = Buffer.concat([ephemeral, raw])
  const dataKey = new Uint8Array(hkdfSync('sha256', shared, salt, 'restante/archive/1', KEY_BYTES))
  return { dataKey, aad: encode(['restante/archive', 1, name, ephemeral, raw]), prefix }
}

function sharedWith(ephemeral: Uint8Array, privateKey: KeyObject): Uint8Array {
  const jwk = { kty: 'OKP', crv: 'X25519', x: Buffer.from(ephemeral).toString('base64url') }
  try {
    return diffieHellman({ privateKey, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) })
  } catch {
    // RFC 7748, section 6.1: a point of small order gives zeros, which OpenSSL refuses.
    throw tampered()
  }
}
