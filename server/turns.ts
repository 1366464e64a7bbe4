// Taken when the module loads: a test that sets the clock by hand must not stop anybody.
const { setImmediate } = globalThis

/** Works of one turn of the event loop may begin for so long; the one that is begun last may take longer. */
const TURN_MILLISECONDS = 5
/** So many are asked for ahead: what each of them sets off has run before the next begins. */
const AHEAD = 8

/**
 * Lets works that arrive together begin in their order, but not all in one turn of the event loop: two hundred requests that Node hands over
 * at once would hold it until the last of them waits for something. Who comes while nothing else is going on begins at once.
 */
export class Turns {
  readonly #waiting: (() => void)[] = []
  /** When the first of this turn was begun. */
  #begun: number | null = null

  begin(work: () => void): void {
    if (this.#waiting.length === 0 && this.#mayBegin()) work()
    else if (this.#waiting.push(work) === 1) this.#askForMore()
  }

  #mayBegin(): boolean {
    const now = performance.now()
    if (this.#begun === null) {
      this.#begun = now
      setImmediate(() => {
        this.#begun = null
      })
    }
    return now - this.#begun < TURN_MILLISECONDS
  }

  /** Each in a callback of its own: Node runs what a work's promises set off between one and the next, and only so is its time counted. */
  #askForMore(): void {
    for (let number = 1; number <= AHEAD; number++) setImmediate(() => this.#next(number === AHEAD))
  }

  #next(isLast: boolean): void {
    const work = this.#mayBegin() ? this.#waiting.shift() : undefined
    if (isLast && this.#waiting.length > 0) this.#askForMore()
    work?.()
  }
}
