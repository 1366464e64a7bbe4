import type { MessagePort } from 'node:worker_threads'
import { Turns } from '../turns.ts'
import { type Packed, type Parcel, pack, unpack } from './parcel.ts'
import { type Refusal, type Tell, toRefusal } from './refusal.ts'
import { Reading, Source, type StreamMessage } from './streams.ts'

export type CallMessage =
  | { kind: 'call'; call: number; method: string; parcel: Parcel }
  | { kind: 'answer'; call: number; parcel: Parcel }
  | { kind: 'refusal'; call: number; refusal: Refusal }

type Message = CallMessage | StreamMessage

/**
 * One end of the connection between two threads: calls, answers, and the streams inside them. A stream is numbered by the end that has
 * its bytes.
 */
export class Line {
  readonly #port: MessagePort
  readonly #tell: Tell
  readonly #sources = new Map<number, Source>()
  readonly #readings = new Map<number, Reading>()
  /** Node hands over up to a thousand messages at once. */
  readonly #turns = new Turns()
  #lastStream = 0

  /** @param closed - called behind the last answer, when the port is closed. */
  constructor(port: MessagePort, tell: Tell, answer: (message: CallMessage) => void, closed: () => void = () => undefined) {
    this.#port = port
    this.#tell = tell
    port.on('message', (message: Message) => {
      switch (message.kind) {
        case 'pull':
          return this.#sources.get(message.stream)?.pull(message.chunks)
        case 'cancel':
          return void this.#sources.get(message.stream)?.cancel()
        case 'chunk':
        case 'end':
        case 'broke':
          return this.#readings.get(message.stream)?.arrive(message)
        default:
          return this.#turns.begin(() => answer(message))
      }
    })
    port.on('close', () => this.#turns.begin(closed))
  }

  /** @throws DataCloneError for what is no plain data. */
  post(message: Message, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer)
  }

  /** Makes data ready to cross; the streams in it stay here and are read when the other end pulls. */
  pack(value: unknown): Packed & { streams: number[] } {
    const packed = pack(value, source => {
      const stream = ++this.#lastStream
      const over = () => void this.#sources.delete(stream)
      this.#sources.set(
        stream,
        new Source(source, stream, { post: this.post.bind(this), refusal: this.refusal.bind(this) }, over),
      )
      return stream
    })
    return { ...packed, streams: packed.parcel.streams.map(({ stream }) => stream) }
  }

  unpack(parcel: Parcel): unknown {
    return unpack(parcel, stream => {
      const reading = new Reading(stream, this.post.bind(this), () => void this.#readings.delete(stream))
      this.#readings.set(stream, reading)
      return reading
    })
  }

  /** Lets go of streams that nobody will read any more: what they were an argument of has been answered. */
  drop(streams: readonly number[]): void {
    for (const stream of streams) void this.#sources.get(stream)?.cancel()
  }

  refusal(error: unknown): Refusal {
    return toRefusal(error, this.#tell)
  }
}
