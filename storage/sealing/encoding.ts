/** What may stand in an encoding: each kind has its own tag, so that `1`, `'1'` and `null` never read the same. */
export type Encodable = string | number | null | Uint8Array

/**
 * One sequence of bytes for one sequence of values, and for no other: each value is its tag, its length (32 bits) and its bytes.
 * Plain joining would let `['ab', 'c']` stand for `['a', 'bc']`, and a value sealed for one place be shown in another.
 *
 * @throws RangeError for a number that is not a safe integer.
 */
export function encode(values: readonly Encodable[]): Uint8Array {
  return Buffer.concat(values.flatMap(encodeOne))
}

const TAGS = { string: 0x73, illFormed: 0x53, number: 0x6e, bytes: 0x62, null: 0x30 } as const

function encodeOne(value: Encodable): Uint8Array[] {
  if (value === null) return [head(TAGS.null, 0)]
  if (typeof value === 'string') return encodeText(value)
  if (typeof value === 'number') return withHead(TAGS.number, integerBytes(value))
  return withHead(TAGS.bytes, value)
}

/** Half a surrogate pair has no UTF-8: all of them would become the same replacement character. */
function encodeText(text: string): Uint8Array[] {
  return text.isWellFormed()
    ? withHead(TAGS.string, Buffer.from(text, 'utf8'))
    : withHead(TAGS.illFormed, Buffer.from(text, 'utf16le'))
}

const withHead = (tag: number, bytes: Uint8Array): Uint8Array[] => [head(tag, bytes.length), bytes]

function head(tag: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt8(tag, 0)
  bytes.writeUInt32BE(length, 1)
  return bytes
}

function integerBytes(value: number): Uint8Array {
  if (!Number.isSafeInteger(value)) throw new RangeError('Only safe integers have one encoding.')
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}
