import { decode, type Encodable, encode } from '../sealing/encoding.ts'
import { tampered } from '../sealing/refusal.ts'

/** One thing in a backup: a word that says what it is, and its values. */
export type Frame = readonly [kind: string, ...values: Encodable[]]

const LENGTH_BYTES = 4
/** A row with the largest part there may be, and some room. */
const MAX_FRAME_BYTES = 80 * 1024 * 1024
/** Small frames are handed on together: each piece costs a turn of the event loop. */
const PIECE_BYTES = 256 * 1024

/** Frames one after the other: length (4 bytes), then the values in their one encoding, the same on every database. */
export async function* toBytes(frames: AsyncIterable<Frame>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let bytes = 0
  for await (const frame of frames) {
    const encoded = encode(frame)
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(encoded.length)
    pieces.push(length, encoded)
    bytes += encoded.length + LENGTH_BYTES
    if (bytes < PIECE_BYTES) continue
    yield Buffer.concat(pieces)
    pieces = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(pieces)
}

/** @throws PortalError `tampered` when they are not whole frames. */
export async function* toFrames(content: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let waiting: Uint8Array[] = []
  let bytes = 0
  let wanted = LENGTH_BYTES
  for await (const piece of content) {
    waiting.push(piece)
    bytes += piece.length
    if (bytes < wanted) continue
    let read = Buffer.concat(waiting)
    for (wanted = frameBytes(read); read.length >= wanted; wanted = frameBytes(read)) {
      yield frameOf(read.subarray(LENGTH_BYTES, wanted))
      read = read.subarray(wanted)
    }
    waiting = [read]
    bytes = read.length
  }
  if (bytes > 0) throw tampered()
}

/** With its length; the length alone as long as that is not there yet. */
function frameBytes(read: Buffer): number {
  if (read.length < LENGTH_BYTES) return LENGTH_BYTES
  const length = read.readUInt32BE()
  if (length === 0 || length > MAX_FRAME_BYTES) throw tampered()
  return LENGTH_BYTES + length
}

function frameOf(encoded: Uint8Array): Frame {
  try {
    const [kind, ...values] = decode(encoded)
    if (typeof kind === 'string') return [kind, ...values]
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw tampered()
}
