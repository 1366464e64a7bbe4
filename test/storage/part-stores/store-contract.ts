import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { PartStore } from '../../../storage/part-stores/part-store.ts'
import { refusal } from '../kept.ts'

const MIB = 1024 * 1024
const NAME = 'k3PzQ1-aUx_0vRtY7mWc2LsD'
const OTHER = 'Zz9PzQ1-aUx_0vRtY7mWc2Ls'

/** Some bytes in pieces of an odd size, as a network brings them. */
export async function* pieces(bytes: Uint8Array, size = 40_001): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

export async function whole(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  // A piece is good until the next is asked for.
  for await (const piece of content) all.push(Buffer.from(piece))
  return Buffer.concat(all)
}

/** What every part store must keep of storage/part-stores/part-store.ts, written once. */
export function partStoreContract(open: () => Promise<PartStore>): void {
  describe('a part store', () => {
    test.each([1, 70_000, 5 * MIB, 11 * MIB + 3])('gives %i bytes back, whole and in part', async size => {
      const [store, bytes] = [await open(), randomBytes(size)]
      await store.put(NAME, pieces(bytes))
      expect((await whole(store.read(NAME, 0, size))).equals(bytes)).toBe(true)
      const [from, to] = [size >> 1, size]
      expect((await whole(store.read(NAME, from, to))).equals(bytes.subarray(from, to))).toBe(true)
      expect(await store.size(NAME)).toBe(size)
    })

    test('keeps nothing of what broke off, and lets the same be sent again', async () => {
      const store = await open()
      const breaking = async function* () {
        yield* pieces(randomBytes(6 * MIB))
        throw new Error('The visitor left.')
      }
      await expect(store.put(NAME, breaking())).rejects.toThrow('The visitor left.')
      expect(await store.size(NAME)).toBeNull()
      expect(await refusal(whole(store.read(NAME, 0, 10)))).toBe('gone')
      const bytes = randomBytes(6 * MIB)
      await store.put(NAME, pieces(bytes))
      expect((await whole(store.read(NAME, 0, bytes.length))).equals(bytes)).toBe(true)
    })

    test('removes an object, as often as it is asked to', async () => {
      const store = await open()
      await store.put(NAME, pieces(randomBytes(10)))
      await store.put(OTHER, pieces(randomBytes(10)))
      await store.remove(NAME)
      await store.remove(NAME)
      expect(await store.size(NAME)).toBeNull()
      expect(await refusal(whole(store.read(NAME, 0, 10)))).toBe('gone')
      expect(await store.size(OTHER)).toBe(10)
    })

    test('tells what lies there', async () => {
      const store = await open()
      expect(await Array.fromAsync(store.list())).toEqual([])
      await store.put(NAME, pieces(randomBytes(10)))
      await store.put(OTHER, pieces(randomBytes(10)))
      const listed = await Array.fromAsync(store.list())
      expect(listed.map(({ name }) => name).sort()).toEqual([NAME, OTHER].sort())
      for (const { changedAt } of listed) expect(changedAt).toBeGreaterThan(Date.UTC(2026, 0, 1))
    })

    test('can be left in the middle of reading', async () => {
      const store = await open()
      await store.put(NAME, pieces(randomBytes(2 * MIB)))
      for await (const piece of store.read(NAME, 0, 2 * MIB)) {
        expect(piece.length).toBeGreaterThan(0)
        break
      }
      await store.remove(NAME)
    })
  })
}
