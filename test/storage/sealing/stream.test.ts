import { createSecretKey, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Place } from '../../../storage/sealing/envelope.ts'
import { openPart } from '../../../storage/sealing/envelope.ts'
import { CHUNK_BYTES, chunkCount, openStream, type StreamHead, sealStream } from '../../../storage/sealing/stream.ts'

const kek = createSecretKey(Buffer.alloc(32, 1))
const place: Place = { organization: 'org_north', owner: 'att_1', recipient: 'rcp_ada', part: 'content' }
const REFUSED = 'What is stored here is not what was put here.'

function open(head: StreamHead, chunks: readonly Uint8Array[], size: number, at = place): Buffer {
  const stream = openStream(head, size, at, kek)
  return Buffer.concat(
    Array.from({ length: stream.chunks }, (_, number) => stream.chunk(number, chunks[number] ?? Buffer.alloc(0))),
  )
}

describe('a sealed file', () => {
  test('opens to what was sealed, at every size around the edges of its chunks', () => {
    const edges = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 5]
    fc.assert(
      fc.property(fc.constantFrom(...edges), size => {
        const content = randomBytes(size)
        const sealed = sealStream(content, place, kek)
        expect(sealed.chunks).toHaveLength(chunkCount(size))
        expect(open(sealed, sealed.chunks, size)).toEqual(content)
      }),
      { numRuns: 20 },
    )
  })

  test('is refused for a flipped bit in any region of head or chunk', () => {
    const sealed = sealStream(Buffer.from('%PDF-1.7'), place, kek)
    for (const field of ['wrappedKey', 'header'] as const) {
      for (let bit = 0; bit < sealed[field].length * 8; bit++) {
        const changed = Buffer.from(sealed[field])
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(() => open({ ...sealed, [field]: changed }, sealed.chunks, 8)).toThrow(REFUSED)
      }
    }
    for (let bit = 0; bit < sealed.chunks[0]!.length * 8; bit++) {
      const changed = Buffer.from(sealed.chunks[0]!)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => open(sealed, [changed], 8)).toThrow(REFUSED)
    }
  })

  test('is refused when it is cut, extended, reordered, or told to be of another size', () => {
    const size = 2 * CHUNK_BYTES + 5
    const sealed = sealStream(randomBytes(size), place, kek)
    const [one, two, three] = sealed.chunks as [Uint8Array, Uint8Array, Uint8Array]
    expect(() => open(sealed, [two, one, three], size)).toThrow(REFUSED)
    expect(() => open(sealed, [one, two], size)).toThrow(REFUSED)
    expect(() => open(sealed, [one, two], 2 * CHUNK_BYTES)).toThrow(REFUSED)
    expect(() => open(sealed, [one, two, three, three], size + CHUNK_BYTES)).toThrow(REFUSED)
    expect(() => open(sealed, [one, one, three], size)).toThrow(REFUSED)
    expect(() => openStream(sealed, size, place, kek).chunk(3, three)).toThrow(REFUSED)
    expect(() => open(sealed, [one, two, three], size - 1)).toThrow(REFUSED)
    expect(() => open(sealed, [one, two, three.subarray(1)], size)).toThrow(REFUSED)
  })

  test('is refused with chunks of another file, or in another place', () => {
    const [one, other] = [sealStream(randomBytes(CHUNK_BYTES), place, kek), sealStream(randomBytes(CHUNK_BYTES), place, kek)]
    expect(() => open(one, other.chunks, CHUNK_BYTES)).toThrow(REFUSED)
    for (const change of [{ organization: 'org_south' }, { owner: 'att_2' }, { recipient: 'rcp_bo' }, { part: 'file' }]) {
      expect(() => open(one, one.chunks, CHUNK_BYTES, { ...place, ...change })).toThrow(REFUSED)
    }
  })

  test('is not a part, and a part is not a file', () => {
    const sealed = sealStream(Buffer.from('%PDF-1.7'), place, kek)
    const asPart = Buffer.concat([sealed.header, Buffer.alloc(5), sealed.chunks[0]!])
    expect(() => openPart({ wrappedKey: sealed.wrappedKey, sealed: asPart }, place, kek)).toThrow(REFUSED)
  })

  test('opens no more once it is closed', () => {
    const sealed = sealStream(Buffer.from('%PDF-1.7'), place, kek)
    const stream = openStream(sealed, 8, place, kek)
    stream.close()
    expect(() => stream.chunk(0, sealed.chunks[0]!)).toThrow(REFUSED)
  })

  test('of version 1 opens for ever', () => {
    const head = {
      wrappedKey: Buffer.from('28f3b4511b2df4e20998f3be9ccd976720bf6692e366d620f614be0ff2f4b477836bff80884d6d00', 'hex'),
      header: Buffer.from('016abfb01c7b8be6', 'hex'),
    }
    const chunk = Buffer.from('ac512b69819d48499a4af1ae249b8ec052c2efee52cd705a', 'hex')
    expect(open(head, [chunk], 8).toString()).toBe('%PDF-1.7')
  })
})
