import type { Precedence } from '../../server/store.ts'
import type { Connection } from './turn.ts'
import { type Asking, WaitingLine } from './waiting.ts'

// Taken when the module loads: a test that sets the clock by hand must not stop the engine.
const { setImmediate, setTimeout } = globalThis

/** Works in one commit at most, and as many as there are up to this: on a busy machine the stopwatch alone would let too few share it. */
const MAX_GROUP = 32
const MIN_GROUP = 8
/** A group goes on for this long, or for two commits where the disk is slow: who shares a commit waits for all of it. */
const GROUP_MILLISECONDS = 8
/** The event loop goes round when works have kept it for so long; who arrives meanwhile comes along. */
const HOLD_MILLISECONDS = 2
const RETRY_MILLISECONDS = 20

/** What a group asks of the one connection that writes. */
export interface Writer {
  /**
   * Takes the write lock; false while another process has it.
   *
   * @param milliseconds - how long it may wait for it where the database can keep a queue; what waits longest is told then.
   */
  begin(milliseconds: number): boolean | Promise<boolean>
  /** Runs `savepoint`, `release`, `rollback`, `commit`. Throws what the room says of it. */
  exec(statement: string): void | Promise<void>
  /** Resolves when everything committed so far would be there after a power cut. */
  durable(): Promise<void>
  /** Some errors roll back by themselves. */
  inTransaction(): boolean
  /** What is said to those who waited too long for another process. */
  busy(): Error
  /** After each transaction, however it ended, when everybody has been answered. */
  ended(): void
}

type Work = () => Promise<unknown>

interface Waiting extends Asking {
  work: Work
  committing: Precedence['committing'] | undefined
  resolve(result: unknown): void
}

/**
 * Puts works that arrive together into one transaction, each in a savepoint of its own, and answers all of them after one durable
 * commit. Load makes commits larger, not slower: while one waits for the disk, the next group gathers.
 */
export class Groups {
  readonly #writer: Writer
  readonly #connection: Connection
  readonly #patienceMilliseconds: number
  readonly #waiting = new WaitingLine<Waiting>()
  /** Of groups that are committed, and not durable yet. */
  readonly #unanswered = new Set<Promise<void>>()
  #isQueued = false
  #commitMilliseconds = 0

  constructor(writer: Writer, connection: Connection, patienceMilliseconds: number) {
    this.#writer = writer
    this.#connection = connection
    this.#patienceMilliseconds = patienceMilliseconds
  }

  /**
   * Resolves or rejects when what it did, or saw done, is durable; a work that fails takes none of the others along.
   *
   * @param givesWay - lets others go first: see {@link WaitingLine}.
   */
  write<T>(work: () => Promise<T>, givesWay: boolean, committing?: Precedence['committing']): Promise<T> {
    // Counted from when it was asked for, so that a crowd before a locked database is told all at once.
    const deadline = performance.now() + this.#patienceMilliseconds
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add({ work, givesWay, committing, deadline, resolve: resolve as (result: unknown) => void, reject })
      this.#queue()
    })
  }

  /** Resolves when everything asked for so far is done. */
  async idle(): Promise<void> {
    do {
      await Promise.all(this.#unanswered)
      // Looked at behind this alone: while a group is under way, none is queued.
      await this.#connection.idle()
    } while (this.#isQueued || this.#unanswered.size > 0)
  }

  #queue(): void {
    if (this.#isQueued) return
    this.#isQueued = true
    // Everybody has been answered by then; whatever else goes wrong, the writer has noted.
    this.#connection.queue(() => this.#commitGroup(), true).catch(() => undefined)
  }

  async #commitGroup(): Promise<void> {
    // What arrives in this turn of the event loop comes along.
    await new Promise<void>(resolve => setImmediate(resolve))
    this.#isQueued = false
    if (!(await this.#begin())) return
    const group: Waiting[] = []
    const answers: (() => void)[] = []
    try {
      for await (const one of this.#coming(group)) {
        group.push(one)
        answers.push(await this.#apart(one))
      }
      for (const { committing } of group) committing?.begins()
      await this.#commit()
      for (const { committing } of group) committing?.ends()
      this.#answer(group, answers)
    } catch (error) {
      await this.#giveUp(group, error)
    } finally {
      this.#writer.ended()
      if (this.#waiting.length > 0) this.#queue()
    }
  }

  /** One after the other, as long as a group may go on. */
  async *#coming(group: readonly Waiting[]): AsyncGenerator<Waiting> {
    const begun = performance.now()
    const until = begun + Math.max(GROUP_MILLISECONDS, 2 * this.#commitMilliseconds)
    let breathed = begun
    for (let count = 0, now = begun; count < MIN_GROUP || (count < MAX_GROUP && now < until); count++, now = performance.now()) {
      // Whoever must not hold the writer for long is told of commits: while the event loop goes round, all who only read would be answered.
      if (this.#waiting.length === 0 && count > 0 && group.every(({ committing }) => committing !== undefined)) return
      if (now - breathed >= HOLD_MILLISECONDS) {
        await new Promise<void>(resolve => setImmediate(resolve))
        breathed = performance.now()
      }
      const one = this.#waiting.next()
      if (one === undefined) return
      yield one
    }
  }

  /** Not waited for: the next group does its work meanwhile. */
  #answer(group: readonly Waiting[], answers: readonly (() => void)[]): void {
    const answered = this.#writer.durable().then(
      () => {
        for (const answer of answers) answer()
      },
      error => {
        for (const { reject } of group) reject(error)
      },
    )
    this.#unanswered.add(answered)
    answered.then(() => this.#unanswered.delete(answered))
  }

  async #commit(): Promise<void> {
    const begun = performance.now()
    await this.#writer.exec('commit')
    this.#commitMilliseconds = performance.now() - begun
  }

  /**
   * Runs one work; when it fails, it alone is undone.
   *
   * @returns its answer, to be given after the commit: a refusal, too, may rest on what another of the group has only just written.
   * @throws when the failure took the whole transaction along.
   */
  async #apart({ work, resolve, reject }: Waiting): Promise<() => void> {
    await this.#writer.exec('savepoint one')
    try {
      const result = await this.#connection.run(work)
      await this.#writer.exec('release one')
      return () => resolve(result)
    } catch (error) {
      if (!this.#writer.inTransaction()) throw error
      await this.#writer.exec('rollback to one; release one')
      return () => reject(error)
    }
  }

  async #giveUp(group: Waiting[], error: unknown): Promise<void> {
    try {
      if (this.#writer.inTransaction()) await this.#writer.exec('rollback')
    } finally {
      for (const { reject } of group) reject(error)
    }
  }

  /** Waits for another process without stopping the event loop. False when nobody waits any more. */
  async #begin(): Promise<boolean> {
    for (;;) {
      try {
        const patience = this.#waiting.deadline - performance.now()
        if (this.#waiting.length > 0 && (await this.#writer.begin(Math.max(1, patience)))) return true
        this.#waiting.dismiss(this.#writer.busy(), performance.now())
      } catch (error) {
        this.#waiting.dismiss(error, Number.POSITIVE_INFINITY)
      }
      if (this.#waiting.length === 0) return false
      await new Promise(resolve => setTimeout(resolve, RETRY_MILLISECONDS))
    }
  }
}
