/** What may stand in an encoding: each kind has its own tag, so that `1`, `'1'` and `null` never read the same. */
export type Encodable = string | number | null | Uint8Array

// `illFormed`: half a surrogate pair has no UTF-8, where all of them would become the same replacement character.
const TAGS = { text: 0x73, illFormed: 0x53, number: 0x6e, bytes: 0x62, null: 0x30 } as const
const HEAD_BYTES = 5
const NUMBER_BYTES = 8
/** Longer ones are quicker written by native code. */
const SHORT_TEXT = 64

/**
 * One sequence of bytes for one sequence of values, and for no other: each value is its tag, its length (32 bits) and its bytes.
 * Plain joining would let `['ab', 'c']` stand for `['a', 'bc']`, and a value sealed for one place be shown in another.
 *
 * @throws RangeError for a number that is not a safe integer.
 */
export function encode(values: readonly Encodable[]): Uint8Array {
  const encoded = Buffer.allocUnsafe(values.reduce<number>((total, value) => total + HEAD_BYTES + mostBytes(value), 0))
  let end = 0
  for (const value of values) end = append(encoded, end, value)
  return encoded.subarray(0, end)
}

/** No text takes more than three bytes for each of its UTF-16 units; to know it exactly would be to write it twice. */
function mostBytes(value: Encodable): number {
  if (value === null) return 0
  if (typeof value === 'string') return value.length * 3
  return typeof value === 'number' ? NUMBER_BYTES : value.length
}

/**
 * Byte by byte where it can be: every row that is read or written passes here, and each step into native code takes as long as thirty bytes.
 *
 * @returns where the next value begins.
 */
function append(into: Buffer, start: number, value: Encodable): number {
  const at = start + HEAD_BYTES
  if (value === null) return head(into, start, TAGS.null, at)
  if (typeof value === 'number') return head(into, start, TAGS.number, number(into, at, value))
  if (typeof value === 'string') {
    const end = ascii(into, at, value)
    if (end !== undefined) return head(into, start, TAGS.text, end)
    if (value.isWellFormed()) return head(into, start, TAGS.text, at + into.write(value, at, 'utf8'))
    return head(into, start, TAGS.illFormed, at + into.write(value, at, 'utf16le'))
  }
  into.set(value, at)
  return head(into, start, TAGS.bytes, at + value.length)
}

function head(into: Buffer, start: number, tag: number, end: number): number {
  into[start] = tag
  unsigned(into, start + 1, end - start - HEAD_BYTES)
  return end
}

/** Undefined when it is long, or not ASCII alone: that is written otherwise. */
function ascii(into: Buffer, at: number, text: string): number | undefined {
  if (text.length > SHORT_TEXT) return undefined
  for (let place = 0; place < text.length; place++) {
    const unit = text.charCodeAt(place)
    if (unit > 0x7f) return undefined
    into[at + place] = unit
  }
  return at + text.length
}

/** 64 bits, two's complement, most significant first. */
function number(into: Buffer, at: number, value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError('Only safe integers have one encoding.')
  unsigned(into, at, Math.floor(value / 2 ** 32))
  unsigned(into, at + 4, value)
  return at + NUMBER_BYTES
}

/** The lowest 32 bits. */
function unsigned(into: Buffer, at: number, value: number): void {
  into[at] = value >>> 24
  into[at + 1] = value >>> 16
  into[at + 2] = value >>> 8
  into[at + 3] = value
}

/**
 * The values of an encoding.
 *
 * @throws RangeError when these are not the very bytes {@link encode} writes for them.
 */
export function decode(encoded: Uint8Array): Encodable[] {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length)
  const values: Encodable[] = []
  for (let at = 0; at < bytes.length; ) {
    if (at + HEAD_BYTES > bytes.length) throw notEncoded()
    const end = at + HEAD_BYTES + bytes.readUInt32BE(at + 1)
    if (end > bytes.length) throw notEncoded()
    values.push(decoded(bytes.readUInt8(at), bytes.subarray(at + HEAD_BYTES, end)))
    at = end
  }
  if (!bytes.equals(encode(values))) throw notEncoded()
  return values
}

function decoded(tag: number, bytes: Buffer): Encodable {
  switch (tag) {
    case TAGS.null:
      return null
    case TAGS.text:
      return bytes.toString('utf8')
    case TAGS.illFormed:
      return bytes.toString('utf16le')
    case TAGS.number:
      if (bytes.length !== NUMBER_BYTES) throw notEncoded()
      return Number(bytes.readBigInt64BE())
    case TAGS.bytes:
      return bytes
    default:
      throw notEncoded()
  }
}

const notEncoded = () => new RangeError('These bytes are not an encoding of values.')
