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
  /** The way to what is being looked at. */
  const at: (string | number)[] = []
  const packed = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Uint8Array) return ownBytes(value, transfer)
    if (isStream(value)) {
      streams.push({ at: [...at], stream: keep(value) })
      return null
    }
    return Array.isArray(value) ? packedItems(value) : isPlain(value) ? packedFields(value) : value
  }
  const packedAt = (place: string | number, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    at.push(place)
    const own = packed(value)
    at.pop()
    return own
  }
  // Both give the same back where nothing in it had to change: nearly always, and an answer may hold some hundred.
  const packedItems = (items: unknown[]): unknown[] => {
    let changed: unknown[] | null = null
    for (let i = 0; i < items.length; i++) {
      const own = packedAt(i, items[i])
      if (own !== items[i]) changed = Object.assign(changed ?? [...items], { [i]: own })
    }
    return changed ?? items
  }
  const packedFields = (fields: Record<string, unknown>): Record<string, unknown> => {
    let changed: Record<string, unknown> | null = null
    for (const name in fields) {
      const own = packedAt(name, fields[name])
      if (own !== fields[name]) changed = { ...(changed ?? fields), [name]: own }
    }
    return changed ?? fields
  }
  return { parcel: { value: packed(value), streams }, transfer: [...transfer] }
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

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
