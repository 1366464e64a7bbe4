/** How many of those who arrived later may go before one that gives way. */
const MOST_AHEAD = 3

/** Asks for its turn in a commit. */
export interface Asking {
  /** Whether it lets those who do not go first, also when they came later. */
  givesWay: boolean
  /** By the stopwatch, when it gives up waiting for another process. */
  deadline: number
  reject(error: unknown): void
}

/**
 * Who waits for a commit. Whoever gives way lets three others go first, and then has its turn: behind people who open and answer
 * messages, a system that deposits becomes slower and never stands still.
 */
export class WaitingLine<One extends Asking> {
  #first: One[] = []
  #givingWay: One[] = []
  #ahead = 0

  get length(): number {
    return this.#first.length + this.#givingWay.length
  }

  add(one: One): void {
    if (one.givesWay) this.#givingWay.push(one)
    else this.#first.push(one)
  }

  /** Takes out whose turn it is: of either kind, who came first. */
  next(): One | undefined {
    const isTurnOfLast = this.#first.length === 0 || (this.#ahead >= MOST_AHEAD && this.#givingWay.length > 0)
    this.#ahead = isTurnOfLast || this.#givingWay.length === 0 ? 0 : this.#ahead + 1
    return (isTurnOfLast ? this.#givingWay : this.#first).shift()
  }

  /** When the first of them gives up. Nobody is never late. */
  get deadline(): number {
    return Math.min(...[this.#first[0], this.#givingWay[0]].map(one => one?.deadline ?? Number.POSITIVE_INFINITY))
  }

  /** Turns away those whose deadline is over by then. */
  dismiss(error: unknown, by: number): void {
    const isOver = ({ deadline }: One) => deadline <= by
    const dismissed = [...this.#first, ...this.#givingWay].filter(isOver)
    this.#first = this.#first.filter(one => !isOver(one))
    this.#givingWay = this.#givingWay.filter(one => !isOver(one))
    for (const { reject } of dismissed) reject(error)
  }
}
