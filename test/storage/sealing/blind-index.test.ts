import { createPublicKey, createSecretKey, randomBytes, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { authenticate, isAuthentic, keyedHash, sameBytes } from '../../../storage/sealing/blind-index.ts'
import { type Encodable, encode } from '../../../storage/sealing/encoding.ts'
import { newSigningKey, openSigner } from '../../../storage/sealing/signer.ts'

const key = createSecretKey(Buffer.alloc(32, 1))
const value: fc.Arbitrary<Encodable> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.maxSafeInteger(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 8 }),
)

describe('an encoding', () => {
  test('is one for each list of values, and no two lists share one', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), fc.array(value, { maxLength: 4 }), (one, other) => {
        const same = Buffer.from(encode(one)).equals(encode(other))
        expect(same).toBe(JSON.stringify(one.map(tagged)) === JSON.stringify(other.map(tagged)))
      }),
    )
  })

  test.each([
    [
      ['ab', 'c'],
      ['a', 'bc'],
    ],
    [['1'], [1]],
    [[null], ['']],
    [['a'], [Buffer.from('a')]],
    [['a'], ['a', null]],
    [['\ud800'], ['\ud801']],
    [['\ud800'], ['\ufffd']],
  ])('tells %j from %j', (one, other) => {
    expect(encode(one as Encodable[])).not.toEqual(encode(other as Encodable[]))
  })

  test.each<[Encodable, string]>([
    ['ab', '73000000026162'],
    ['a\u00e9', '730000000361c3a9'],
    [`${'x'.repeat(63)}\u00e9`, `7300000041${'78'.repeat(63)}c3a9`],
    ['x'.repeat(64), `7300000040${'78'.repeat(64)}`],
    ['x'.repeat(65), `7300000041${'78'.repeat(65)}`],
    ['a\ud800', '5300000004610000d8'],
    [0, '6e000000080000000000000000'],
    [-1, '6e00000008ffffffffffffffff'],
    [2 ** 32 + 1, '6e000000080000000100000001'],
    [-(2 ** 32), '6e00000008ffffffff00000000'],
    [2 ** 31, '6e000000080000000080000000'],
    [Number.MAX_SAFE_INTEGER, '6e00000008001fffffffffffff'],
    [Number.MIN_SAFE_INTEGER, '6e00000008ffe0000000000001'],
    [null, '3000000000'],
    [Uint8Array.of(0, 255), '620000000200ff'],
  ])('of %j is the same for ever: what was sealed and authenticated is bound to it', (one, bytes) => {
    expect(Buffer.from(encode([one])).toString('hex')).toBe(bytes)
  })

  test('refuses a number that has no one form', () => {
    for (const number of [0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => encode([number])).toThrow(RangeError)
  })
})

const tagged = (one: Encodable) => [
  one === null ? 'null' : typeof one,
  one instanceof Uint8Array ? [...one] : Object.is(one, -0) ? 0 : one,
]

describe('a keyed hash', () => {
  test('is the same for ever', () => {
    expect(keyedHash(key, 'recipient address', 'ada@example.com')).toBe('4NxQov7zjdbOvIoDMAfh9dQYsuDXE0U5qawqqsint4c')
    const mac = Buffer.from(authenticate(key, ['table', 'column', 1, null, 'x'])).toString('hex')
    expect(mac).toBe('10c064ff3d0704e63f2de59ba9e6cea88df5bcbd4aea7e385d6c92c2d413a83e')
  })

  test('shows no likeness between keys, purposes or values', () => {
    const hash = keyedHash(key, 'recipient address', 'ada@example.com')
    expect(keyedHash(createSecretKey(randomBytes(32)), 'recipient address', 'ada@example.com')).not.toBe(hash)
    expect(keyedHash(key, 'staff address', 'ada@example.com')).not.toBe(hash)
    expect(keyedHash(key, 'recipient address', 'ada@example.co')).not.toBe(hash)
  })

  test('authenticates these values alone, whichever byte of it or of them is another', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), fc.nat(31), fc.integer({ min: 1, max: 255 }), (values, at, flip) => {
        const mac = Buffer.from(authenticate(key, values))
        expect(isAuthentic(key, mac, values)).toBe(true)
        expect(isAuthentic(key, mac, [...values, null])).toBe(false)
        expect(isAuthentic(createSecretKey(Buffer.alloc(32, 2)), mac, values)).toBe(false)
        expect(isAuthentic(key, mac.subarray(1), values)).toBe(false)
        mac[at]! ^= flip
        expect(isAuthentic(key, mac, values)).toBe(false)
      }),
      { numRuns: 50 },
    )
  })

  test('is compared whole', () => {
    expect(sameBytes(Buffer.from('abc'), Buffer.from('abc'))).toBe(true)
    expect(sameBytes(Buffer.from('abc'), Buffer.from('abd'))).toBe(false)
    expect(sameBytes(Buffer.from('abc'), Buffer.from('ab'))).toBe(false)
  })
})

describe('a signer', () => {
  test('signs so that its public key verifies it, and nothing else', () => {
    const signer = openSigner(newSigningKey())
    const signature = signer.sign(Buffer.from('checkpoint'))
    const x = Buffer.from(signer.publicKey).toString('base64url')
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    expect(verify(null, Buffer.from('checkpoint'), publicKey, signature)).toBe(true)
    expect(verify(null, Buffer.from('another'), publicKey, signature)).toBe(false)
  })
})
