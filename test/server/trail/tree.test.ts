import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addLeaf,
  appendLeaf,
  consistencyProof,
  EMPTY_TREE,
  inclusionProof,
  leafHash,
  rootOf,
  rootOfLeaves,
  verifyConsistency,
  verifyInclusion,
} from '../../../server/trail/tree.ts'

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')

// The eight leaves of the Certificate Transparency reference implementation (merkle_tree_test), with its roots and proofs.
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
  .map(bytes)
  .map(leafHash)
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const A = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7'
const B = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e'
const C = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4'
const D = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b'
const E = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0'
const F = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a'

describe('the reference tree of Certificate Transparency', () => {
  test('growing leaf by leaf passes through the published roots', () => {
    let head = EMPTY_TREE
    const roots = [rootOf(head)]
    for (const leaf of LEAVES) {
      head = appendLeaf(head, leaf)
      roots.push(rootOf(head))
    }
    expect(roots.map(hex)).toEqual(ROOTS)
  })

  test('a tree grows in place to the same, and otherwise the one before stays', () => {
    const growing = { size: 0, edge: [] }
    for (const leaf of LEAVES) {
      const before = structuredClone(growing)
      const appended = appendLeaf(growing, leaf)
      expect(growing).toEqual(before)
      addLeaf(growing, leaf)
      expect(growing).toEqual(appended)
    }
    expect(hex(rootOf(growing))).toBe(ROOTS.at(-1))
  })

  test.each([0, 1, 1_022, 1_023, 1_024, 70_000])('an entry of %i bytes has the hash that anybody can reckon', length => {
    const entry = new Uint8Array(length).fill(7)
    expect(hex(leafHash(entry))).toBe(createHash('sha256').update(Uint8Array.of(0)).update(entry).digest('hex'))
  })

  test.each([
    { index: 0, size: 1, proof: [] },
    { index: 0, size: 8, proof: [A, B, C] },
    { index: 5, size: 8, proof: [D, E, ROOTS[4]!] },
    { index: 2, size: 3, proof: [ROOTS[2]!] },
    { index: 1, size: 5, proof: [ROOTS[1]!, B, D] },
  ])('leaf $index of $size has the published inclusion proof', ({ index, size, proof }) => {
    expect(inclusionProof(index, size, LEAVES).map(hex)).toEqual(proof)
    expect(verifyInclusion({ index, size, leaf: LEAVES[index]!, root: bytes(ROOTS[size]!) }, proof.map(bytes))).toBe(true)
  })

  test.each([
    { from: 1, to: 1, proof: [] },
    { from: 1, to: 8, proof: [A, B, C] },
    { from: 6, to: 8, proof: [F, E, ROOTS[4]!] },
    { from: 2, to: 5, proof: [B, D] },
  ])('growth from $from to $to has the published consistency proof', ({ from, to, proof }) => {
    expect(consistencyProof(from, to, LEAVES).map(hex)).toEqual(proof)
    const [before, after] = [from, to].map(size => ({ size, root: bytes(ROOTS[size]!) }))
    expect(verifyConsistency(before!, after!, proof.map(bytes))).toBe(true)
  })
})

describe('any tree', () => {
  const leavesOf = (size: number, seed = 0) => Array.from({ length: size }, (_, i) => leafHash(Buffer.from(`${seed}/${i}`)))
  const sizes = fc.integer({ min: 1, max: 130 })
  const indexed = sizes.chain(size => fc.record({ size: fc.constant(size), index: fc.nat(size - 1) }))
  const grown = sizes.chain(to => fc.record({ to: fc.constant(to), from: fc.integer({ min: 0, max: to }) }))

  test('each leaf is proven by its own proof and by no other leaf, place or root', () => {
    fc.assert(
      fc.property(indexed, ({ size, index }) => {
        const leaves = leavesOf(size)
        const claim = { index, size, leaf: leaves[index]!, root: rootOfLeaves(leaves) }
        const proof = inclusionProof(index, size, leaves)
        expect(verifyInclusion(claim, proof)).toBe(true)
        expect(verifyInclusion({ ...claim, leaf: leafHash(Buffer.from('other')) }, proof)).toBe(false)
        expect(verifyInclusion({ ...claim, root: rootOfLeaves(leavesOf(size, 1)) }, proof)).toBe(false)
        expect(verifyInclusion({ ...claim, index: size }, proof)).toBe(false)
        expect(verifyInclusion(claim, [...proof, claim.leaf])).toBe(false)
        if (size > 1) expect(verifyInclusion({ ...claim, index: (index + 1) % size }, proof)).toBe(false)
        if (size > 1) expect(verifyInclusion(claim, proof.slice(1))).toBe(false)
      }),
    )
  })

  test('growth is proven, and a rewritten past is not', () => {
    fc.assert(
      fc.property(grown, ({ from, to }) => {
        const leaves = leavesOf(to)
        const before = { size: from, root: rootOfLeaves(leaves.slice(0, from)) }
        const after = { size: to, root: rootOfLeaves(leaves) }
        const proof = consistencyProof(from, to, leaves)
        expect(verifyConsistency(before, after, proof)).toBe(true)
        expect(verifyConsistency(before, after, [...proof, before.root])).toBe(false)
        expect(verifyConsistency({ ...before, root: leafHash(Buffer.from('other')) }, after, proof)).toBe(false)
        const rewritten = leaves.with(0, leafHash(Buffer.from('other')))
        if (from > 0) {
          const changed = { size: to, root: rootOfLeaves(rewritten) }
          expect(verifyConsistency(before, changed, consistencyProof(from, to, rewritten))).toBe(false)
        }
        if (from < to) expect(verifyConsistency(after, before, proof)).toBe(false)
      }),
    )
  })

  test('one flipped bit anywhere in a proof refuses it', () => {
    const leaves = leavesOf(21)
    const root = rootOfLeaves(leaves)
    const proof = inclusionProof(13, 21, leaves)
    fc.assert(
      fc.property(fc.nat(proof.length - 1), fc.nat(255), (which, bit) => {
        const changed = new Uint8Array(proof[which]!)
        changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7))
        expect(verifyInclusion({ index: 13, size: 21, leaf: leaves[13]!, root }, proof.with(which, changed))).toBe(false)
      }),
    )
  })

  test('a size beyond 32 bits is counted right', () => {
    const size = 2 ** 40 - 1
    const edge = Array.from({ length: 40 }, (_, i) => leafHash(Uint8Array.of(i)))
    const grownOnce = appendLeaf({ size, edge }, leafHash(Uint8Array.of(41)))
    expect(grownOnce).toMatchObject({ size: 2 ** 40, edge: [expect.any(Uint8Array)] })
  })

  test('a proof of what cannot be is refused when it is asked for', () => {
    expect(() => inclusionProof(3, 3, LEAVES)).toThrow('There is no leaf 3 in a tree of 3.')
    expect(() => consistencyProof(4, 3, LEAVES)).toThrow('A tree of 3 cannot have grown from one of 4.')
  })
})
