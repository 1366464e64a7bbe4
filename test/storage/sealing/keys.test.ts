import { createSecretKey, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateRootKey, parseRootKey } from '../../../storage/index.ts'
import { keyedHash } from '../../../storage/sealing/blind-index.ts'
import { deriveKey, openRootKey, unwrapKey, wrapKey } from '../../../storage/sealing/keys.ts'
import { unwrapKeys } from '../../../storage/sealing/unwrap-many.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('wrapping a key', () => {
  const kek = createSecretKey(hex('000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F'))

  test.each([
    {
      vector: 'RFC 3394, 4.3',
      key: '00112233445566778899AABBCCDDEEFF',
      wrapped: '64E8C3F9CE0F5BA2 63E9777905818A2A 93C8191E7D6E8AE7',
    },
    {
      vector: 'RFC 3394, 4.6',
      key: '00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F',
      wrapped: '28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21',
    },
  ])('gives what $vector says', ({ key, wrapped }) => {
    expect(wrapKey(kek, hex(key))).toEqual(hex(wrapped))
  })

  test('is undone by the same key, and by no other', () => {
    const key = randomBytes(32)
    const wrapped = wrapKey(kek, key)
    expect(wrapped).toHaveLength(40)
    expect(unwrapKey(kek, wrapped)).toEqual(key)
    expect(() => unwrapKey(createSecretKey(randomBytes(32)), wrapped)).toThrow('not what was put here')
  })

  test('notices every flipped bit', () => {
    const wrapped = wrapKey(kek, randomBytes(32))
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const changed = Buffer.from(wrapped)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => unwrapKey(kek, changed)).toThrow('not what was put here')
    }
  })

  test('refuses what is too short or too long', () => {
    for (const length of [0, 8, 24, 39, 41, 48])
      expect(() => unwrapKey(kek, Buffer.alloc(length))).toThrow('not what was put here')
  })
})

// OpenSSL's own AES-KW, one key at a time, is what ours is held against.
describe('unwrapping many keys at once', () => {
  const kek = createSecretKey(randomBytes(32))
  const REFUSED = 'not what was put here'
  const wrappedKeys = (count: number) => Array.from({ length: count }, () => wrapKey(kek, randomBytes(32)))

  test('gives each as unwrapping it alone does, in order, however many they are', () => {
    for (const count of [0, 1, 3, 4, 5, 6, 7, 50, 300]) {
      const wrapped = wrappedKeys(count)
      expect(unwrapKeys(kek, wrapped).map(hexOf)).toEqual(wrapped.map(each => hexOf(unwrapKey(kek, each))))
    }
  })

  test('gives what RFC 3394, 4.6 says', () => {
    const known = createSecretKey(hex('000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F'))
    const wrapped = hex('28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21')
    const key = '00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f'
    expect(unwrapKeys(known, Array(7).fill(wrapped)).map(hexOf)).toEqual(Array(7).fill(key))
  })

  test('refuses all for one flipped bit in any of them', () => {
    const wrapped = wrappedKeys(6)
    for (let bit = 0; bit < 40 * 8; bit++) {
      const changed = wrapped.map(each => Buffer.from(each))
      changed[bit % 6]![bit >> 3]! ^= 1 << (bit & 7)
      expect(() => unwrapKeys(kek, changed)).toThrow(REFUSED)
    }
  })

  test('refuses all for one that was wrapped under another key, or exchanged in half with its neighbour', () => {
    const wrapped = wrappedKeys(8)
    const other = wrapKey(createSecretKey(randomBytes(32)), randomBytes(32))
    expect(() => unwrapKeys(kek, wrapped.with(5, other))).toThrow(REFUSED)
    for (const half of [8, 16, 24, 32]) {
      const mixed = Buffer.concat([wrapped[2]!.subarray(0, half), wrapped[3]!.subarray(half)])
      expect(() => unwrapKeys(kek, wrapped.with(2, mixed))).toThrow(REFUSED)
    }
  })

  test('refuses what is too short or too long among them', () => {
    for (const length of [0, 8, 39, 41, 48])
      expect(() => unwrapKeys(kek, wrappedKeys(8).with(7, Buffer.alloc(length)))).toThrow(REFUSED)
  })
})

describe('the root key', () => {
  test('is 32 random bytes, read as they were written', () => {
    const text = generateRootKey()
    expect(text).toMatch(/^[\w-]{43}$/)
    expect(parseRootKey(`${text}\n`)).toHaveLength(32)
    expect(Buffer.from(parseRootKey(text)).toString('base64url')).toBe(text)
    expect(generateRootKey()).not.toBe(text)
  })

  test.each([
    ['nothing', ''],
    ['too short', 'A'.repeat(42)],
    ['too long', 'A'.repeat(44)],
    ['padded', `${'A'.repeat(43)}=`],
    ['with stray last bits', `${'A'.repeat(42)}B`],
    ['of plain base64', `${'A'.repeat(41)}+A`],
    ['with space inside', `${'A'.repeat(21)} ${'A'.repeat(22)}`],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parseRootKey(text)).toThrow('The root key must be 32 bytes')
  })

  test('is refused when it is not 32 bytes', () => {
    for (const length of [0, 16, 31, 33, 64])
      expect(() => openRootKey(new Uint8Array(length))).toThrow('The root key must be 32 bytes')
  })

  // Fixed on purpose: if one of these changes, databases that exist can no longer be opened.
  test('gives the same name and the same working keys for ever', () => {
    const root = openRootKey(Buffer.alloc(32, 7))
    expect(root.id).toBe('root_cvsIxTPWW7Q-9kmD')
    expect(keyedHash(root.wrapping, 'vector')).toBe('NP2TRVn4hz9Q55WISdSr9zyO5G-E7S-grcgq_oHge4I')
    expect(keyedHash(root.authentication, 'vector')).toBe('gdzDiaKIYeNglVQv0euTYUkuqIqwVG2sgx_MgtJJGy4')
  })
})

describe('a derived key', () => {
  const secret = createSecretKey(Buffer.alloc(32, 1))

  test.each([
    ['authenticate rows', 'GKCJ1cFYNlKWx8nyYRyP09cK45z7ufIWdzkCs7DgJ8g'],
    ['blind index', 'J1dGry6GOrT1vWTvoztqyB4jtezXtW_dMRQp9FJGImo'],
    ['keyed hash', 'TIMoJz8R3fjSVftZLMO-40DYZANc-0DJCzuugtCu81Y'],
  ] as const)('to %s is its own, and stays', (purpose, hash) => {
    expect(keyedHash(deriveKey(secret, purpose), 'vector')).toBe(hash)
  })

  test('differs for every secret', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (one, other) => {
          fc.pre(!Buffer.from(one).equals(other))
          const hash = (bytes: Uint8Array) => keyedHash(deriveKey(createSecretKey(bytes), 'blind index'), 'x')
          expect(hash(one)).not.toBe(hash(other))
        },
      ),
    )
  })
})
