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
  const encoded = Buffer.allocUnsafe(values.reduce<number>((total, value) => total + HEAD_BYTES + lengthOf(value), 0))
  let offset = 0
  for (const value of values) {
    encoded.writeUInt8(tagOf(value), offset)
    encoded.writeUInt32BE(lengthOf(value), offset + 1)
    writeValue(encoded, value, offset + HEAD_BYTES)
    offset += HEAD_BYTES + lengthOf(value)
  }
  return encoded
}

function tagOf(value: Encodable): number {
  if (value === null) return TAGS.null
  if (typeof value === 'string') return value.isWellFormed() ? TAGS.text : TAGS.illFormed
  return typeof value === 'number' ? TAGS.number : TAGS.bytes
}

function lengthOf(value: Encodable): number {
  if (value === null) return 0
  if (typeof value === 'string') return value.isWellFormed() ? Buffer.byteLength(value, 'utf8') : value.length * 2
  return typeof value === 'number' ? NUMBER_BYTES : value.length
}

function writeValue(into: Buffer, value: Encodable, offset: number): void {
  if (value === null) return
  if (typeof value === 'string') into.write(value, offset, value.isWellFormed() ? 'utf8' : 'utf16le')
  else if (typeof value === 'number') into.writeBigInt64BE(safeInteger(value), offset)
  else into.set(value, offset)
}

function safeInteger(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw new RangeError('Only safe integers have one encoding.')
  return BigInt(value)
}
