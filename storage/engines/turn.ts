import { AsyncLocalStorage } from 'node:async_hooks'

// Taken when the module loads: a test that sets the clock by hand must not stop the engine.
const { setImmediate, clearImmediate } = globalThis

/** One transaction's time on a connection. */
interface Turn {
  running: boolean
}

const turns = new AsyncLocalStorage<Turn>()

/**
 * One connection's queue: one transaction at a time, and while it runs no statement but its own.
 *
 * better-sqlite3 answers at once, so a transaction that awaits only its statements ends within one turn of the event loop. One
 * that awaits anything else would hold the database meanwhile; it is stopped and rolled back.
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

  /** Waits for its turn, then runs; `breathe` lets the event loop go round before the next. */
  queue<T>(run: () => Promise<T>, breathe: boolean): Promise<T> {
    const mine = this.#tail.then(run)
    const pause = () => (breathe ? new Promise<void>(resolve => setImmediate(resolve)) : undefined)
    this.#tail = mine.then(pause, pause)
    return mine
  }

  /** Runs the work of one transaction; rejects when it awaits anything but its statements. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const turn: Turn = { running: true }
    this.#current = turn
    let overstay: ReturnType<typeof setImmediate> | undefined
    const overstayed = new Promise<never>((_, reject) => {
      overstay = setImmediate(() =>
        reject(new Error('A transaction may await nothing but its `tx`: do the rest before or after.')),
      )
    })
    try {
      return await Promise.race([turns.run(turn, work), overstayed])
    } finally {
      clearImmediate(overstay)
      turn.running = false
      this.#current = undefined
    }
  }

  /** Resolves when everything queued so far is done. */
  async idle(): Promise<void> {
    await this.#tail
  }
}
