import { ownBytes } from './parcel.ts'
import { fromRefusal, type Refusal } from './refusal.ts'

/** What the two ends of a stream say to each other. The end that reads pulls; only what was pulled for is ever under way. */
export type StreamMessage =
  | { kind: 'pull'; stream: number; chunks: number }
  | { kind: 'chunk'; stream: number; bytes: Uint8Array }
  | { kind: 'end'; stream: number }
  | { kind: 'broke'; stream: number; refusal: Refusal }
  /** The reader wants no more. */
  | { kind: 'cancel'; stream: number }

export interface Sending {
  post(message: StreamMessage, transfer?: ArrayBuffer[]): void
  /** Makes an error ready to cross. */
  refusal(error: unknown): Refusal
}

/** Chunks under way at most: enough that neither end waits for the other's turn, few enough that they weigh little. */
const WINDOW = 4

/** The end that has the bytes: asks its source for as much as was pulled, and lets go of it when the reader does. */
export class Source {
  readonly #iterator: AsyncIterator<Uint8Array>
  readonly #stream: number
  readonly #sending: Sending
  readonly #over: () => void
  #wanted = 0
  #isRunning = false
  #isOver = false

  /** @param over - called once, when nothing more will be read from it. */
  constructor(source: AsyncIterable<Uint8Array>, stream: number, sending: Sending, over: () => void) {
    this.#iterator = source[Symbol.asyncIterator]()
    this.#stream = stream
    this.#sending = sending
    this.#over = over
  }

  pull(chunks: number): void {
    this.#wanted += chunks
    void this.#run()
  }

  /** Lets the source clean up after itself: a generator's `finally` runs. */
  async cancel(): Promise<void> {
    if (this.#isOver) return
    this.#end()
    try {
      await this.#iterator.return?.()
    } catch (error) {
      this.#sending.refusal(error) // nobody reads any more; the log hears of it
    }
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      while (this.#wanted > 0 && !this.#isOver) await this.#next()
    } catch (error) {
      if (this.#isOver) return
      this.#end()
      this.#sending.post({ kind: 'broke', stream: this.#stream, refusal: this.#sending.refusal(error) })
    } finally {
      this.#isRunning = false
    }
  }

  async #next(): Promise<void> {
    const { done, value } = await this.#iterator.next()
    if (this.#isOver) return
    if (done) {
      this.#end()
      this.#sending.post({ kind: 'end', stream: this.#stream })
      return
    }
    this.#wanted -= 1
    const transfer = new Set<ArrayBuffer>()
    const bytes = ownBytes(value, transfer, 1)
    this.#sending.post({ kind: 'chunk', stream: this.#stream, bytes }, [...transfer])
  }

  #end(): void {
    this.#isOver = true
    this.#over()
  }
}

type Arrival = Extract<StreamMessage, { kind: 'chunk' | 'end' | 'broke' }>

/** The end that reads. Nothing is pulled before the first byte is asked for. */
export class Reading implements AsyncIterableIterator<Uint8Array> {
  readonly #stream: number
  readonly #post: Sending['post']
  readonly #over: () => void
  readonly #arrived: Arrival[] = []
  #wake: (() => void) | null = null
  #hasBegun = false
  #isOver = false

  constructor(stream: number, post: Sending['post'], over: () => void) {
    this.#stream = stream
    this.#post = post
    this.#over = over
  }

  arrive(message: Arrival): void {
    if (this.#isOver) return
    this.#arrived.push(message)
    this.#wake?.()
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#hasBegun) {
      this.#hasBegun = true
      this.#post({ kind: 'pull', stream: this.#stream, chunks: WINDOW })
    }
    while (!this.#isOver) {
      const arrival = this.#arrived.shift()
      if (arrival !== undefined) return this.#take(arrival)
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    return { done: true, value: undefined }
  }

  /** The reader goes: the other end is told, and what is under way is dropped. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#isOver) {
      this.#end()
      this.#post({ kind: 'cancel', stream: this.#stream })
    }
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #take(arrival: Arrival): IteratorResult<Uint8Array, undefined> {
    if (arrival.kind === 'chunk') {
      this.#post({ kind: 'pull', stream: this.#stream, chunks: 1 })
      return { done: false, value: arrival.bytes }
    }
    this.#end()
    if (arrival.kind === 'broke') throw fromRefusal(arrival.refusal)
    return { done: true, value: undefined }
  }

  #end(): void {
    this.#isOver = true
    this.#arrived.length = 0
    this.#over()
    this.#wake?.()
  }
}
