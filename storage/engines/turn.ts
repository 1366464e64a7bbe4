import { AsyncLocalStorage } from 'node:async_hooks'

// Taken when the module loads: a test that sets the clock by hand must not stop the engine.
const { setImmediate, clearImmediate } = globalThis

/** One transaction's time on a connection. */
interface Turn {
  running: boolean
  /** Statements that are not answered yet. */
  unanswered: number
  /** Set while nothing is unanswered: then the work must go on before the event loop has gone round. */
  overstay: ReturnType<typeof setImmediate> | undefined
  /** Ends a work that waits for something else. */
  stop(): void
}

const turns = new AsyncLocalStorage<Turn>()

/**
 * One connection's queue: one transaction at a time, and while it runs no statement but its own.
 *
 * A transaction that awaits only its statements goes on as soon as they are answered: where answers come at once, it ends within one
 * turn of the event loop; where they come over a network, it says its next statement within the turn that brought the answer to the
 * last. One that awaits anything else would hold the database meanwhile; it is stopped and rolled back.
 */
export class Connection {
  #tail: Promise<unknown> = Promise.resolve()
  #current: Turn | undefined

  /** Throws when called from inside a transaction, on whichever connection. */
  static refuseNesting(): void {
    if (turns.getStore()?.running) throw new Error('A transaction cannot be begun inside another: use the `tx` at hand.')
  }

  /** Throws when a statement comes from anywhere but the running transaction: after its end, or past its queue. */
  requireTurn(): void {
    const turn = turns.getStore()
    if (!turn?.running || turn !== this.#current)
      throw new Error('This transaction has ended, or never began on this connection.')
  }

  /**
   * Lets the event loop go round once in the middle of a long transaction, which keeps what it has locked; readers get on meanwhile.
   *
   * @throws when called from outside a transaction.
   */
  static async breathe(): Promise<void> {
    const turn = turns.getStore()
    if (!turn?.running) throw new Error('Only a transaction can take a breath.')
    turn.unanswered++
    clearImmediate(turn.overstay)
    await new Promise<void>(resolve => setImmediate(resolve))
    turn.unanswered--
    if (turn.running && turn.unanswered === 0) watch(turn)
  }

  /** Lets the running transaction wait for one of its statements, and for nothing else. */
  async during<R>(statement: () => Promise<R>): Promise<R> {
    this.requireTurn()
    const turn = this.#current!
    turn.unanswered++
    clearImmediate(turn.overstay)
    try {
      return await statement()
    } finally {
      turn.unanswered--
      if (turn.running && turn.unanswered === 0) watch(turn)
    }
  }

  /** Waits for its turn, then runs; `breathe` lets the event loop go round before the next. */
  queue<T>(run: () => Promise<T>, breathe: boolean): Promise<T> {
    const mine = this.#tail.then(run)
    const pause = () => (breathe ? new Promise<void>(resolve => setImmediate(resolve)) : undefined)
    this.#tail = mine.then(pause, pause)
    return mine
  }

  /** Runs the work of one transaction; rejects when it awaits anything but its statements. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const overstayed = Promise.withResolvers<never>()
    const stop = () => overstayed.reject(new Error('A transaction may await nothing but its `tx`: do the rest before or after.'))
    const turn: Turn = { running: true, unanswered: 0, overstay: undefined, stop }
    this.#current = turn
    watch(turn)
    try {
      return await Promise.race([turns.run(turn, work), overstayed.promise])
    } finally {
      clearImmediate(turn.overstay)
      turn.running = false
      this.#current = undefined
    }
  }

  /** Resolves when everything queued so far is done. */
  async idle(): Promise<void> {
    await this.#tail
  }
}

function watch(turn: Turn): void {
  turn.overstay = setImmediate(turn.stop)
}
