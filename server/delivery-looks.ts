import { type Plan, planMailings } from './delivery-plan.ts'
import type { Letter } from './outbox.ts'
import type { Parts } from './parts.ts'
import type { Instant } from './time.ts'

/** So many mailings are looked at together at most. */
const AT_ONCE = 16
/** For how long a look counts, in milliseconds: where a mail server takes its time, what is handed over next has been looked at anew. */
const COUNTS_FOR = 250

interface Looked {
  mailing: Letter[]
  plan: Plan
}

/** Mailings on their way to being handed over, each with what a look of just now has found. */
export class Looks {
  readonly #parts: Pick<Parts, 'store' | 'clock'>
  readonly #failed: (error: unknown, mailing: Letter[]) => void
  /** Not looked at yet. */
  #waiting: Letter[][]
  #looked: Looked[] = []
  #lookedAt: Instant = 0
  #looking: Promise<void> | null = null

  /** @param failed - told of mailings that could not be looked at; they are left out. */
  constructor(parts: Pick<Parts, 'store' | 'clock'>, mailings: Letter[][], failed: (error: unknown, mailing: Letter[]) => void) {
    this.#parts = parts
    this.#waiting = mailings
    this.#failed = failed
  }

  /** The next one; undefined after the last. Any number may ask at once. */
  async next(): Promise<Looked | undefined> {
    while (this.#looking !== null || this.#looked.length > 0 || this.#waiting.length > 0) {
      if (this.#looking !== null) await this.#looking
      else if (this.#looked.length > 0 && this.#counts()) return this.#looked.shift()
      else await this.#lookAnew()
    }
    return undefined
  }

  #counts(): boolean {
    return Math.abs(this.#parts.clock() - this.#lookedAt) <= COUNTS_FOR
  }

  async #lookAnew(): Promise<void> {
    const mailings = [...this.#looked.map(({ mailing }) => mailing), ...this.#waiting]
    this.#looked = []
    this.#waiting = mailings.splice(AT_ONCE)
    this.#looking = this.#look(mailings)
    await this.#looking
    this.#looking = null
    // Behind a database that takes longer than a look counts, one would else be followed by the next, and nothing ever leave.
    this.#lookedAt = this.#parts.clock()
  }

  async #look(mailings: Letter[][]): Promise<void> {
    const { store, clock } = this.#parts
    const plansFor = (some: Letter[][]) => store.read(tx => planMailings(tx, some, clock()))
    try {
      const plans = await plansFor(mailings)
      this.#looked = mailings.map((mailing, at) => ({ mailing, plan: plans[at]! }))
    } catch {
      // One that cannot be looked at, such as one whose recipient does not verify, keeps no other.
      for (const mailing of mailings) {
        await plansFor([mailing]).then(
          ([plan]) => this.#looked.push({ mailing, plan: plan! }),
          (error: unknown) => this.#failed(error, mailing),
        )
      }
    }
  }
}
