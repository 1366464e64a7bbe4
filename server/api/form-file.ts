/** Each block is passed on several times before it is kept, and each time costs as much as it would for less. */
const BLOCK_BYTES = 256 * 1024
/** Most files are small. */
const FIRST_BLOCK_BYTES = 64 * 1024
/** Full blocks that wait for their reader; then whoever sends waits, too. */
const MOST_WAITING = 2

/** A file of a form between the parser, which pushes, and its one reader, who pulls: gathered into blocks, which belong to the reader. */
export class FormFile implements AsyncIterableIterator<Uint8Array> {
  readonly #full: Uint8Array[] = []
  readonly #changed: () => void
  /** The one that is being filled. */
  #block: Buffer | null = null
  #filled = 0
  #hasBegun = false
  #isOver = false
  #isLeft = false
  #isDropped = false
  #failure: { error: unknown } | null = null
  #wake = (): void => undefined

  /** @param changed - told whenever there may be room again. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Whether what comes next need not wait: for the reader, or for whoever decides what becomes of a file that its reader has left. */
  get hasRoom(): boolean {
    return this.#isDropped || (!this.#isLeft && this.#full.length < MOST_WAITING)
  }

  /** Copies the piece. */
  push(piece: Uint8Array): void {
    for (let at = 0; at < piece.length && !this.#isOver; ) {
      this.#block ??= this.#begin()
      const copied = Math.min(piece.length - at, this.#block.length - this.#filled)
      this.#block.set(piece.subarray(at, at + copied), this.#filled)
      at += copied
      this.#filled += copied
      if (this.#filled === this.#block.length) this.#hand(this.#block)
    }
  }

  /** Nothing more will come. @param failure - why, unless that was all of it. */
  end(failure: { error: unknown } | null = null): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#failure = failure
    if (failure === null && this.#block !== null) this.#hand(this.#block.subarray(0, this.#filled))
    this.#wake()
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const block = this.#full.shift()
      if (block !== undefined) {
        this.#changed()
        return { done: false, value: block }
      }
      if (this.#failure !== null) throw this.#failure.error
      if (this.#isOver) return { done: true, value: undefined }
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  /** The reader goes. What is still to come waits: the whole form may be given up, and then none of it is taken in. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#isOver = true
    this.#isLeft = true
    this.#failure = null
    this.#full.length = 0
    return { done: true, value: undefined }
  }

  /** What still comes of this file is taken in and kept nowhere. */
  drop(): void {
    this.#isOver = true
    this.#isDropped = true
    this.#full.length = 0
    this.#changed()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #begin(): Buffer {
    const block = Buffer.allocUnsafeSlow(this.#hasBegun ? BLOCK_BYTES : FIRST_BLOCK_BYTES)
    this.#hasBegun = true
    this.#filled = 0
    return block
  }

  #hand(block: Uint8Array): void {
    this.#full.push(block)
    this.#block = null
    this.#wake()
  }
}
