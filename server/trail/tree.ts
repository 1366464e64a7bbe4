import { hash } from 'node:crypto'

/** The tree as far as appending needs it (RFC 6962, section 2.1): its size and the roots of the full subtrees along its right edge. */
export interface TreeHead {
  size: number
  /** Largest subtree first; as many as `size` has one-bits. 32 bytes each. */
  edge: Uint8Array[]
}

/** Leaves `from` up to, but not including, `to`. */
interface LeafRange {
  from: number
  to: number
}

export const HASH_BYTES = 32
export const EMPTY_TREE: TreeHead = { size: 0, edge: [] }

// Leaves and nodes are hashed apart, so that no node can be passed off as a leaf (RFC 6962, section 2.1).
const LEAF_PREFIX = 0x00
const NODE_PREFIX = 0x01

/** What is to be hashed is put together here: a buffer of its own for each would take as long as its hash. Entries are shorter. */
const SCRATCH = Buffer.alloc(1_024)

/** The hash of one entry's bytes as a leaf of the tree. */
export const leafHash = (entry: Uint8Array): Uint8Array => sha256(LEAF_PREFIX, entry)

/** The tree with one leaf more: O(log n) work and memory, whatever its size. Leaves `head` as it is. */
export function appendLeaf({ size, edge }: TreeHead, leaf: Uint8Array): TreeHead {
  const head = { size, edge: [...edge] }
  addLeaf(head, leaf)
  return head
}

/** As {@link appendLeaf}, in place: for whoever adds very many to a tree that nobody else looks at. */
export function addLeaf(head: TreeHead, leaf: Uint8Array): void {
  let root = leaf
  // Each trailing one-bit of the size is a full subtree as large as what stands to its right now: the two become one.
  for (let rest = head.size; rest % 2 === 1; rest = Math.floor(rest / 2)) root = nodeHash(head.edge.pop()!, root)
  head.edge.push(root)
  head.size += 1
}

/** The root of the whole tree; of an empty one, SHA-256 of nothing. */
export function rootOf(head: TreeHead): Uint8Array {
  const last = head.edge.at(-1)
  return last === undefined
    ? digest(SCRATCH.subarray(0, 0))
    : head.edge.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last)
}

/** The root of these leaves alone. */
export const rootOfLeaves = (leaves: Iterable<Uint8Array>): Uint8Array => {
  let head = EMPTY_TREE
  for (const leaf of leaves) head = appendLeaf(head, leaf)
  return rootOf(head)
}

/**
 * Which subtrees an inclusion proof is made of, nearest to the leaf first: the proof is the root of each.
 *
 * @see RFC 6962, section 2.1.1: PATH(m, D[n])
 */
function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!isCount(size) || !isCount(index) || index >= size) throw new RangeError(`There is no leaf ${index} in a tree of ${size}.`)
  return pathRanges(index, { from: 0, to: size })
}

function pathRanges(index: number, within: LeafRange): LeafRange[] {
  if (within.to - within.from === 1) return []
  const [left, right] = halves(within)
  return index < left.to ? [...pathRanges(index, left), right] : [...pathRanges(index, right), left]
}

/**
 * Which subtrees a consistency proof is made of, in the order of the proof.
 *
 * @see RFC 6962, section 2.1.2: PROOF(m, D[n])
 */
function consistencyRanges(oldSize: number, newSize: number): LeafRange[] {
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize) {
    throw new RangeError(`A tree of ${newSize} cannot have grown from one of ${oldSize}.`)
  }
  return oldSize === 0 ? [] : subproofRanges(oldSize, { from: 0, to: newSize }, true)
}

/** `isOldRoot`: whether this subtree is the whole old tree, whose root the verifier holds already. */
function subproofRanges(oldSize: number, within: LeafRange, isOldRoot: boolean): LeafRange[] {
  if (oldSize === within.to) return isOldRoot ? [] : [within]
  const [left, right] = halves(within)
  return oldSize <= left.to
    ? [...subproofRanges(oldSize, left, isOldRoot), right]
    : [...subproofRanges(oldSize, right, false), left]
}

/** Splits at the largest power of two below the width. */
function halves({ from, to }: LeafRange): [LeafRange, LeafRange] {
  let width = 1
  while (width * 2 < to - from) width *= 2
  return [
    { from, to: from + width },
    { from: from + width, to },
  ]
}

/**
 * The hashes that, with a leaf, give the root of the tree of the first `size` leaves.
 *
 * @param leaves - leaf hashes, at least `size` of them.
 */
export const inclusionProof = (index: number, size: number, leaves: readonly Uint8Array[]): Uint8Array[] =>
  inclusionRanges(index, size).map(({ from, to }) => rootOfLeaves(leaves.slice(from, to)))

/** The hashes that show that the tree of `newSize` leaves begins with the tree of `oldSize` leaves. Empty when either is trivial. */
export const consistencyProof = (oldSize: number, newSize: number, leaves: readonly Uint8Array[]): Uint8Array[] =>
  consistencyRanges(oldSize, newSize).map(({ from, to }) => rootOfLeaves(leaves.slice(from, to)))

/** Whether `leaf` stands at `index` of the tree with this size and root. @see RFC 9162, section 2.1.3.2 */
export function verifyInclusion(
  claim: { index: number; size: number; leaf: Uint8Array; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (!isCount(claim.index) || !isCount(claim.size) || claim.index >= claim.size) return false
  let node = claim.index
  let last = claim.size - 1
  let hash = claim.leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash)
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    node = half(node)
    last = half(last)
  }
  return last === 0 && sameHash(hash, claim.root)
}

/** Whether the tree `after` begins with the whole tree `before`. @see RFC 9162, section 2.1.4.2 */
export function verifyConsistency(
  before: { size: number; root: Uint8Array },
  after: { size: number; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (!isCount(before.size) || !isCount(after.size) || before.size > after.size) return false
  if (before.size === after.size) return proof.length === 0 && sameHash(before.root, after.root)
  // Every tree begins with nothing; there is nothing to prove beyond what nothing's root is.
  if (before.size === 0) return proof.length === 0 && sameHash(before.root, rootOf(EMPTY_TREE))
  // A full old tree is itself the first subtree, and is left out of the proof.
  const path = isPowerOfTwo(before.size) ? [before.root, ...proof] : [...proof]
  const first = path.shift()
  if (first === undefined) return false

  let node = before.size - 1
  let last = after.size - 1
  while (isOdd(node)) [node, last] = [half(node), half(last)]
  let oldHash = first
  let newHash = first
  for (const sibling of path) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      oldHash = nodeHash(sibling, oldHash)
      newHash = nodeHash(sibling, newHash)
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      newHash = nodeHash(newHash, sibling)
    }
    node = half(node)
    last = half(last)
  }
  return last === 0 && sameHash(oldHash, before.root) && sameHash(newHash, after.root)
}

/** Whether two hashes are the same bytes. Roots are public: nothing here needs to run in constant time. */
export const sameHash = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])

const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(NODE_PREFIX, left, right)

function sha256(prefix: number, first: Uint8Array, second?: Uint8Array): Uint8Array {
  const length = 1 + first.length + (second?.length ?? 0)
  const input = length <= SCRATCH.length ? SCRATCH : Buffer.alloc(length)
  input[0] = prefix
  input.set(first, 1)
  if (second !== undefined) input.set(second, 1 + first.length)
  return digest(input.subarray(0, length))
}

/** Plain bytes, as a `Buffer` would not cross to another thread as one. */
function digest(input: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = hash('sha256', input, 'buffer')
  return new Uint8Array(buffer, byteOffset, length)
}

// Division instead of shifts: bit operations would cut a size at 32 bits.
const half = (count: number): number => Math.floor(count / 2)
const isOdd = (count: number): boolean => count % 2 === 1
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

function isPowerOfTwo(count: number): boolean {
  let rest = count
  while (rest > 1 && !isOdd(rest)) rest = half(rest)
  return rest === 1
}
