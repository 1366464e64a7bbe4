/** What may stand in an encoding: each kind has its own tag, so that `1`, `'1'` and `null` never read the same. */
export type Encodable = string | number | null | Uint8Array

// `illFormed`: half a surrogate pair has no UTF-8, where all of them would become the same replacement character.
const TAGS = { text: 0x73, illFormed: 0x53, number: 0x6e, bytes: 0x62, null: 0x30 } as const
const HEAD_BYTES = 5
const NUMBER_BYTES = 8

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

/** @returns where the next value begins. */
function append(into: Buffer, start: number, value: Encodable): number {
  const [tag, length] = written(into, start + HEAD_BYTES, value)
  into.writeUInt8(tag, start)
  into.writeUInt32BE(length, start + 1)
  return start + HEAD_BYTES + length
}

function written(into: Buffer, at: number, value: Encodable): [tag: number, length: number] {
  if (value === null) return [TAGS.null, 0]
  if (typeof value === 'string') {
    return value.isWellFormed() ? [TAGS.text, into.write(value, at, 'utf8')] : [TAGS.illFormed, into.write(value, at, 'utf16le')]
  }
  if (typeof value === 'number') return [TAGS.number, into.writeBigInt64BE(safeInteger(value), at) - at]
  into.set(value, at)
  return [TAGS.bytes, value.length]
}

function safeInteger(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw new RangeError('Only safe integers have one encoding.')
  return BigInt(value)
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
