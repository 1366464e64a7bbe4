/** Plain data on its way to another thread, with the streams that were in it taken out. */
export interface Parcel {
  value: unknown
  /** Where each stream was, and the number it is pulled by. */
  streams: { at: (string | number)[]; stream: number }[]
}

export interface Packed {
  parcel: Parcel
  /** Buffers that move instead of being copied. */
  transfer: ArrayBuffer[]
}

type Stream = AsyncIterable<Uint8Array>

/** Smaller ones are copied sooner than moved. */
const MOVED_FROM = 65_536

/**
 * Packs plain data. Streams (whatever is an AsyncIterable) become numbers; large byte arrays are given away: who hands one to the portal
 * must not look into it afterwards.
 *
 * Cloning a view takes along the whole buffer it looks into: a few bytes out of Node's pool would carry eight kilobytes of somebody
 * else's. So a view that is not the whole of its buffer is copied first.
 *
 * @param keep - remembers a stream and says its number.
 */
export function pack(value: unknown, keep: (stream: Stream) => number): Packed {
  const streams: Parcel['streams'] = []
  const transfer = new Set<ArrayBuffer>()
  const packed = (value: unknown, at: (string | number)[]): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Uint8Array) return ownBytes(value, transfer)
    if (isStream(value)) {
      streams.push({ at, stream: keep(value) })
      return null
    }
    if (Array.isArray(value))
      return changed(
        value,
        value.map((item, i) => packed(item, [...at, i])),
      )
    if (!isPlain(value)) return value
    const entries = Object.entries(value)
    const inner = entries.map(([name, item]) => packed(item, [...at, name]))
    return inner.every((item, i) => item === entries[i]![1])
      ? value
      : Object.fromEntries(entries.map(([name], i) => [name, inner[i]]))
  }
  return { parcel: { value: packed(value, []), streams }, transfer: [...transfer] }
}

/** The data again, with a stream where one was. */
export function unpack({ value, streams }: Parcel, open: (stream: number) => Stream): unknown {
  const whole = { value }
  for (const { at, stream } of streams) {
    const [last, ...path] = ['value', ...at].reverse() as [string | number, ...(string | number)[]]
    const holder = path.reduceRight<Record<string | number, unknown>>(
      (inner, name) => inner[name] as Record<string | number, unknown>,
      whole,
    )
    holder[last] = open(stream)
  }
  return whole.value
}

/** Bytes that share their buffer with nothing else. */
export function ownBytes(bytes: Uint8Array, transfer: Set<ArrayBuffer>, movedFrom = MOVED_FROM): Uint8Array {
  const isWhole = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
  const own = isWhole ? bytes : Uint8Array.prototype.slice.call(bytes)
  if (own.byteLength >= movedFrom) transfer.add(own.buffer as ArrayBuffer)
  return own
}

const isStream = (value: object): value is Stream => Symbol.asyncIterator in value

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const changed = (before: unknown[], after: unknown[]): unknown[] =>
  after.every((item, i) => item === before[i]) ? before : after
