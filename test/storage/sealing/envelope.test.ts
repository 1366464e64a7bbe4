import { createSecretKey, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openPart, openParts, type Place, sealPart } from '../../../storage/sealing/envelope.ts'
import { unwrapKey, wrapKey } from '../../../storage/sealing/keys.ts'

const kek = createSecretKey(Buffer.alloc(32, 1))
const place: Place = { organization: 'org_north', owner: 'msg_1', recipient: 'rcp_ada', part: 'subject' }
const REFUSED = 'What is stored here is not what was put here.'

describe('a sealed part', () => {
  test('opens to what was sealed, whatever it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), content => {
        expect(Buffer.from(openPart(sealPart(content, place, kek), place, kek))).toEqual(Buffer.from(content))
      }),
    )
  })

  test('is version, nonce, ciphertext and tag, under a key of its own', () => {
    const [one, other] = [sealPart(Buffer.from('twelve bytes'), place, kek), sealPart(Buffer.from('twelve bytes'), place, kek)]
    expect(one.wrappedKey).toHaveLength(40)
    expect(one.sealed).toHaveLength(1 + 12 + 12 + 16)
    expect(one.sealed[0]).toBe(1)
    expect(one.wrappedKey).not.toEqual(other.wrappedKey)
    expect(one.sealed.subarray(1)).not.toEqual(other.sealed.subarray(1))
  })

  test('opens beside many others to what was sealed in its place', () => {
    const places = Array.from({ length: 9 }, (_, at) => ({ ...place, owner: `msg_${at}` }))
    const parts = places.map(each => ({ part: sealPart(Buffer.from(`For ${each.owner}`), each, kek), place: each }))
    expect(openParts(parts, kek).map(String)).toEqual(places.map(each => `For ${each.owner}`))
    const swapped = parts.with(3, { ...parts[3]!, part: parts[4]!.part })
    expect(() => openParts(swapped, kek)).toThrow(REFUSED)
    const changed = Buffer.from(parts[8]!.part.sealed)
    changed[20]! ^= 1
    expect(() => openParts(parts.with(8, { ...parts[8]!, part: { ...parts[8]!.part, sealed: changed } }), kek)).toThrow(REFUSED)
    expect(() => openParts(parts, createSecretKey(Buffer.alloc(32, 2)))).toThrow(REFUSED)
  })

  test('is refused for every flipped bit', () => {
    const part = sealPart(Buffer.from('Your results'), place, kek)
    for (const field of ['sealed', 'wrappedKey'] as const) {
      for (let bit = 0; bit < part[field].length * 8; bit++) {
        const changed = Buffer.from(part[field])
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(() => openPart({ ...part, [field]: changed }, place, kek)).toThrow(REFUSED)
      }
    }
  })

  test('is refused when it is cut or extended anywhere', () => {
    const part = sealPart(Buffer.from('Your results'), place, kek)
    for (let length = 0; length < part.sealed.length; length++) {
      expect(() => openPart({ ...part, sealed: part.sealed.subarray(0, length) }, place, kek)).toThrow(REFUSED)
    }
    expect(() => openPart({ ...part, sealed: Buffer.concat([part.sealed, Buffer.of(0)]) }, place, kek)).toThrow(REFUSED)
  })

  test.each([
    ['organization', 'org_south'],
    ['owner', 'msg_2'],
    ['recipient', 'rcp_bo'],
    ['recipient', ''],
    ['part', 'body'],
  ])('is refused at another %s', (field, value) => {
    const part = sealPart(Buffer.from('Your results'), place, kek)
    expect(() => openPart(part, { ...place, [field]: value }, kek)).toThrow(REFUSED)
  })

  test('is refused where names are cut differently', () => {
    const part = sealPart(Buffer.from('x'), { ...place, owner: 'ab', recipient: 'c' }, kek)
    expect(() => openPart(part, { ...place, owner: 'a', recipient: 'bc' }, kek)).toThrow(REFUSED)
  })

  test('is refused with the key of another part, and under another organization’s key', () => {
    const [one, other] = [sealPart(Buffer.from('one'), place, kek), sealPart(Buffer.from('two'), place, kek)]
    expect(() => openPart({ ...one, wrappedKey: other.wrappedKey }, place, kek)).toThrow(REFUSED)
    expect(() => openPart(one, place, createSecretKey(randomBytes(32)))).toThrow(REFUSED)
  })

  // Fixed ciphertexts guard the format against ourselves: what was sealed once must open for ever.
  test.each([
    {
      content: 'Your results',
      wrappedKey: '6c0eda409f4b8d3d49db28d10a4f06f007e06f52b8948ac0a07430a1a4a933101bd0f73cc4cd0df6',
      sealed: '012c3442b742fdab1f9dae749a17b9efd4e55ab38c7829b57849334b9547fdb338d16cb5b541ef607a',
    },
    {
      content: '',
      wrappedKey: 'd0f04237afd8c89867415878f2841d6bde1ecc14ace180416d7c440199e01271672a977005f582b4',
      sealed: '01bd1b715207fccf17605381a491f4cfb504edca15eaf6f6e42889e330',
    },
  ])('of version 1 opens to “$content” for ever', ({ content, wrappedKey, sealed }) => {
    const part = { wrappedKey: Buffer.from(wrappedKey, 'hex'), sealed: Buffer.from(sealed, 'hex') }
    expect(Buffer.from(openPart(part, place, kek)).toString()).toBe(content)
  })

  // The id of the organization's key is not bound in: rotation changes 40 bytes a part and no ciphertext.
  test('opens under another organization key once its data key was wrapped anew', () => {
    const part = sealPart(Buffer.from('Your results'), place, kek)
    const next = createSecretKey(randomBytes(32))
    const rewrapped = { ...part, wrappedKey: wrapKey(next, unwrapKey(kek, part.wrappedKey)) }
    expect(Buffer.from(openPart(rewrapped, place, next)).toString()).toBe('Your results')
    expect(() => openPart(rewrapped, place, kek)).toThrow(REFUSED)
  })
})
