import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Place } from '../../../storage/sealing/envelope.ts'
import { ObjectSecret, SEALED_CHUNK_BYTES } from '../../../storage/sealing/sealed-object.ts'
import { CHUNK_BYTES, chunkCount } from '../../../storage/sealing/stream.ts'

const kek = createSecretKey(Buffer.alloc(32, 1))
const place = { organization: 'org_north', object: 'k3PzQ1-aUx_0vRtY7mWc2LsD' }
const ada: Place = { organization: 'org_north', owner: 'att_1', recipient: 'rcp_ada', part: 'object' }
const REFUSED = 'What is stored here is not what was put here.'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

/** Seals content as it comes, in pieces of a size that fits nothing. */
async function sealed(content: Uint8Array, size = 50_001) {
  const secret = ObjectSecret.fresh()
  const object = Buffer.concat(await Array.fromAsync(secret.sealing(pieces(content, size), place)))
  return { secret, chunks: chunksOf(object) }
}

const chunksOf = (object: Buffer): Buffer[] =>
  Array.from({ length: Math.ceil(object.length / SEALED_CHUNK_BYTES) }, (_, i) =>
    object.subarray(i * SEALED_CHUNK_BYTES, (i + 1) * SEALED_CHUNK_BYTES),
  )

const open = (secret: ObjectSecret, chunks: readonly Uint8Array[], at = place): Buffer =>
  Buffer.concat(Array.from({ length: chunkCount(secret.size) }, (_, i) => secret.chunk(i, chunks[i] ?? new Uint8Array(0), at)))

describe('content sealed while it comes', () => {
  const edges = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5]

  test.each(edges)('of %i bytes opens to what came, whatever pieces it came in', async size => {
    const content = randomBytes(size)
    for (const piece of [1_000, CHUNK_BYTES, 200_000]) {
      const { secret, chunks } = await sealed(content, piece)
      expect(secret.size).toBe(size)
      expect(chunks).toHaveLength(chunkCount(size))
      expect(open(secret, chunks).equals(content)).toBe(true)
    }
  })

  test('opens chunk by chunk, from wherever one begins', async () => {
    const content = randomBytes(3 * CHUNK_BYTES + 5)
    const { secret, chunks } = await sealed(content)
    expect(Buffer.from(secret.chunk(2, chunks[2]!, place)).equals(content.subarray(2 * CHUNK_BYTES, 3 * CHUNK_BYTES))).toBe(true)
  })

  test('is refused for a flipped bit anywhere in a chunk', async () => {
    const { secret, chunks } = await sealed(randomBytes(40))
    for (let bit = 0; bit < chunks[0]!.length * 8; bit++) {
      const changed = Buffer.from(chunks[0]!)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => open(secret, [changed])).toThrow(REFUSED)
    }
  })

  test('is refused when it is cut, extended, reordered, or another’s chunk stands in it', async () => {
    const { secret, chunks } = await sealed(randomBytes(2 * CHUNK_BYTES + 5))
    const other = (await sealed(randomBytes(2 * CHUNK_BYTES + 5))).chunks
    const [one, two, three] = chunks as [Buffer, Buffer, Buffer]
    for (const wrong of [
      [one, two],
      [one, two, three.subarray(1)],
      [one, two, Buffer.concat([three, Buffer.of(0)])],
      [two, one, three],
      [one, one, three],
      [one, three, two],
      [one, two, two],
      [one, other[1]!, three],
      other,
    ])
      expect(() => open(secret, wrong)).toThrow(REFUSED)
    expect(() => secret.chunk(3, three, place)).toThrow(REFUSED)
  })

  test('without its last chunk is refused even where the one before fills its place', async () => {
    const { secret, chunks } = await sealed(randomBytes(2 * CHUNK_BYTES))
    // As long as a last chunk of that size would be, and sealed as one in the middle.
    expect(() => secret.chunk(1, chunks[0]!, place)).toThrow(REFUSED)
    expect(() => secret.chunk(0, chunks[1]!, place)).toThrow(REFUSED)
  })

  test('is refused as another object, or another organization’s', async () => {
    const { secret, chunks } = await sealed(randomBytes(10))
    expect(() => open(secret, chunks, { ...place, object: 'another-name-of-an-object' })).toThrow(REFUSED)
    expect(() => open(secret, chunks, { ...place, organization: 'org_south' })).toThrow(REFUSED)
  })

  test('opens by a copy of its secret, and each copy only in its own place', async () => {
    const content = randomBytes(CHUNK_BYTES + 7)
    const { secret, chunks } = await sealed(content)
    const copy = secret.seal(ada, kek)
    expect(open(ObjectSecret.open(copy, ada, kek), chunks).equals(content)).toBe(true)
    for (const change of [{ organization: 'org_south' }, { owner: 'att_2' }, { recipient: 'rcp_bo' }, { part: 'file' }])
      expect(() => ObjectSecret.open(copy, { ...ada, ...change }, kek)).toThrow(REFUSED)
    expect(() => ObjectSecret.open(copy, ada, createSecretKey(Buffer.alloc(32, 2)))).toThrow(REFUSED)
    for (let byte = 0; byte < copy.sealed.length; byte++) {
      const changed = Buffer.from(copy.sealed)
      changed[byte]! ^= 1
      expect(() => ObjectSecret.open({ ...copy, sealed: changed }, ada, kek)).toThrow(REFUSED)
    }
  })

  test('opens no more once its secret is closed', async () => {
    const { secret, chunks } = await sealed(randomBytes(10))
    secret.close()
    expect(() => secret.chunk(0, chunks[0]!, place)).toThrow(REFUSED)
  })

  test('is sealed once: a secret never seals a second object', async () => {
    const { secret } = await sealed(randomBytes(10))
    await expect(Array.fromAsync(secret.sealing(pieces(randomBytes(10), 5), place))).rejects.toThrow('one object')
    const copy = ObjectSecret.open(secret.seal(ada, kek), ada, kek)
    await expect(Array.fromAsync(copy.sealing(pieces(randomBytes(10), 5), place))).rejects.toThrow('one object')
  })

  test('of version 2 opens for ever', () => {
    const copy = { wrappedKey: Buffer.from(FIXED.wrappedKey, 'hex'), sealed: Buffer.from(FIXED.sealed, 'hex') }
    expect(open(ObjectSecret.open(copy, ada, kek), [Buffer.from(FIXED.chunk, 'hex')]).toString()).toBe('%PDF-1.7')
  })
})

const FIXED = {
  wrappedKey: '6db95d81b2297da1913f6aa63748552537b41e84ac487e3c0970c3e3c8a261bad576538dbdd27946',
  sealed:
    '015b1d6b37476a3411a4ad849149a03b5f13203e13744b37fe0d557a3c048d20f618179850588c0656edd6a821bc5aa44b42c533cdc30eb68034277193f10155a25b232ea60b69cab6baf38aff',
  chunk: 'a3747601b7bb40cc4b3c8c8bc97c137fc052da60815f981a',
}
