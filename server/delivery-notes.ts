import { noteNotices } from './notice.ts'
import type { Letter, SettledLetter } from './outbox.ts'
import type { Parts } from './parts.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'

/** What is to be noted of a letter: how its delivery ended, or that it is given back until then. */
export interface Note {
  letter: Letter
  end: { state: SettledLetter['state']; answer: string; because?: string; nextAttemptAt?: Instant } | { backUntil: Instant }
}

/** Notes that belong to one mail, and who waits for them. */
interface Gathered {
  notes: Note[]
  done(): void
  failed(error: unknown): void
}

/**
 * Notes what became of mails, all that have ended meanwhile in one transaction: while one is committed, the next gather. So a quiet portal notes
 * each at once, and a busy one pays for a commit once for many.
 */
export class DeliveryNotes {
  readonly #parts: Pick<Parts, 'store' | 'clock'>
  readonly #lease: Instant
  #gathered: Gathered[] = []
  #unnoted = 0
  #isCommitting = false
  #room = Promise.withResolvers<void>()

  /** @param lease - of the letters; whoever has lost it notes nothing. */
  constructor(parts: Pick<Parts, 'store' | 'clock'>, lease: Instant) {
    this.#parts = parts
    this.#lease = lease
  }

  /** Resolves when it is durable. Rejects when it could not be noted: then the lease runs out. */
  add(notes: Note[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#gathered.push({ notes, done: resolve, failed: reject })
    this.#unnoted++
    if (!this.#isCommitting) void this.#commitAll()
    return promise
  }

  /** Waits until fewer mails than this are unnoted: were the process killed now, each of them would be sent once more. */
  async fewerThan(limit: number): Promise<void> {
    while (this.#unnoted >= limit) await this.#room.promise
  }

  async #commitAll(): Promise<void> {
    this.#isCommitting = true
    while (this.#gathered.length > 0) await this.#commit()
    this.#isCommitting = false
  }

  async #commit(): Promise<void> {
    let batch: Gathered[] = []
    try {
      // Who has ended by the time the transaction has its turn comes along.
      await this.#inTransaction(() => {
        batch = this.#gathered.splice(0)
        return batch
      })
      for (const { done } of batch) done()
    } catch (error) {
      // Its turn may never have come.
      if (batch.length === 0) batch = this.#gathered.splice(0)
      await this.#eachAlone(batch, error)
    }
    this.#unnoted -= batch.length
    this.#room.resolve()
    this.#room = Promise.withResolvers()
  }

  /** One letter of which nothing can be noted, such as one whose row was tampered with, keeps no other. */
  async #eachAlone(batch: Gathered[], error: unknown): Promise<void> {
    if (batch.length === 1) return batch[0]!.failed(error)
    await Promise.all(batch.map(one => this.#inTransaction(() => [one]).then(one.done, one.failed)))
  }

  #inTransaction(batch: () => Gathered[]): Promise<void> {
    const { store, clock } = this.#parts
    return store.transaction(
      tx => {
        const notes = batch().flatMap(({ notes }) => notes)
        return noteAll(tx, notes, this.#lease, clock())
      },
      { givesWay: true },
    )
  }
}

async function noteAll(tx: Tx, notes: readonly Note[], lease: Instant, at: Instant): Promise<void> {
  const ended: { letter: Letter; end: Exclude<Note['end'], { backUntil: Instant }> }[] = []
  for (const { letter, end } of notes) {
    if ('backUntil' in end) await tx.outbox.putBack(letter.id, lease, end.backUntil)
    else ended.push({ letter, end })
  }
  const held = await tx.outbox.settle(
    lease,
    ended.map(({ letter: { id }, end: { because: _, ...rest } }) => ({ id, at, ...rest })),
  )
  const evidence: typeof ended = []
  for (const one of ended) {
    // Retracted while it was on its way: the letter stays cancelled, and the evidence that it left is kept.
    const hasLeft = async () => one.end.state === 'sent' && (await tx.outbox.find(one.letter.id))?.state === 'cancelled'
    if (held.has(one.letter.id) || (await hasLeft())) evidence.push(one)
  }
  await noteNotices(
    tx,
    evidence.map(({ letter, end: { state, because } }) => ({ letter, state, because })),
    at,
  )
}
