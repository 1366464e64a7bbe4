import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type BetterSqlite from 'better-sqlite3'
import { type Checkpoint, checkpoint, KEPT_LOG_BYTES } from './sqlite-connection.ts'
import { isBusy } from './sqlite-errors.ts'
import type { Checkpointed } from './sqlite-log-worker.ts'

// Taken when the module loads: a test that sets the clock by hand must not stop the engine.
const { setTimeout, clearTimeout } = globalThis

/** A log up to this size is emptied at once, by the connection that writes: a thread would cost more. */
const SMALL_BYTES = 1024 * 1024
/** Past this, writers wait until the log can begin anew: it holds older copies of pages, deleted ones too, and every reader looks into it. */
const MAX_BYTES = 64 * 1024 * 1024
/** SQLite cuts a log that begins anew, inside the next commit; to cut sixty megabytes at once holds the writer for 12 to 25 ms. */
const CUT_BYTES = 8 * 1024 * 1024
/** Of the log, and of each page in it. */
const HEAD_BYTES = 32
const PAGE_HEAD_BYTES = 24
/** A thread that has had nothing to do for so long gives its memory back. */
const REST_MILLISECONDS = 10_000

interface Surroundings {
  file: string
  writer: BetterSqlite.Database
  /** Runs a step while nobody writes. */
  held<T>(step: () => Promise<T>): Promise<T>
  /** Notes what went wrong, and says it in the room's words. */
  notice(error: unknown): unknown
}

/**
 * The log in front of the database's file (WAL). What it holds is copied into the file by a thread of its own, beside writers and
 * readers; they wait only for what has to be done alone.
 */
export class SqliteLog {
  readonly #around: Surroundings
  readonly #thread: Thread
  readonly #look: BetterSqlite.Statement<[], { log: number }>
  readonly #pageBytes: number
  #tail: Promise<unknown> = Promise.resolve()
  #isCopying = false
  #copiedFrom = KEPT_LOG_BYTES

  constructor(around: Surroundings) {
    this.#around = around
    this.#thread = new Thread(around.file)
    // Copies nothing, and tells how much there is.
    this.#look = around.writer.prepare<[], { log: number }>('pragma wal_checkpoint(NOOP)')
    this.#pageBytes = around.writer.pragma('page_size', { simple: true }) as number
  }

  /** To be told after each transaction: sees to it that the log does not grow without end. Throws nothing. */
  grown(): void {
    const bytes = this.#written()
    // It has begun anew.
    if (bytes <= KEPT_LOG_BYTES) this.#copiedFrom = KEPT_LOG_BYTES
    if (this.#isCopying || bytes <= this.#copiedFrom) return
    // Where a reader keeps it from being copied, it is not tried with every commit.
    this.#copiedFrom = bytes + KEPT_LOG_BYTES
    this.#isCopying = true
    // What went wrong has been noticed; a log that was not copied today is after a later commit.
    this.#alone(() => this.#copy(bytes > MAX_BYTES))
      .catch(() => undefined)
      .then(() => {
        this.#isCopying = false
      })
  }

  /** Empties the log. False when somebody else still reads what it holds. */
  purge(): Promise<boolean> {
    return this.#alone(async () => {
      if (this.#bytes() <= SMALL_BYTES) return this.#around.held(async () => this.#here('TRUNCATE'))
      await this.#beside('PASSIVE')
      return this.#around.held(() => this.#beside('TRUNCATE'))
    })
  }

  /** Ends the thread. Nothing else may be asked for any more. */
  async close(): Promise<void> {
    await this.#tail
    await this.#thread.close()
  }

  async #copy(isTooLarge: boolean): Promise<void> {
    // Before it can begin anew. Its file stays longer than what is in it, and is cut further each time.
    const kept = Math.max(KEPT_LOG_BYTES, this.#bytes() - CUT_BYTES)
    this.#around.writer.pragma(`journal_size_limit = ${kept}`)
    await this.#beside('PASSIVE')
    if (isTooLarge) await this.#around.held(() => this.#beside('RESTART'))
  }

  /** One after the other: a checkpoint that meets another does nothing. */
  #alone<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#tail.then(run)
    this.#tail = mine.catch(() => undefined)
    return mine
  }

  #here(mode: Checkpoint): boolean {
    try {
      return checkpoint(this.#around.writer, mode)
    } catch (error) {
      return this.#failed(error)
    }
  }

  async #beside(mode: Checkpoint): Promise<boolean> {
    try {
      return await this.#thread.run(mode)
    } catch (error) {
      return this.#failed(error)
    }
  }

  #failed(error: unknown): false {
    if (isBusy(error)) return false
    throw this.#around.notice(error)
  }

  /** What has been written since it began. The file may be longer, with what was written before. */
  #written(): number {
    const bytes = this.#bytes()
    if (bytes <= KEPT_LOG_BYTES) return bytes // asking takes longer
    try {
      return HEAD_BYTES + this.#look.get()!.log * (this.#pageBytes + PAGE_HEAD_BYTES)
    } catch {
      return bytes // whoever copies it meets the same, and says so
    }
  }

  /** Of its file. */
  #bytes(): number {
    return statSync(`${this.#around.file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  }
}

/** Started when there is something to do; keeps the program alive only meanwhile. */
class Thread {
  readonly #file: string
  #worker: Worker | undefined
  #rest: ReturnType<typeof setTimeout> | undefined
  #ended: Promise<unknown> = Promise.resolve()

  constructor(file: string) {
    this.#file = file
  }

  /** One at a time. @throws what SQLite threw, with its code. */
  async run(mode: Checkpoint): Promise<boolean> {
    clearTimeout(this.#rest)
    this.#worker ??= this.#start()
    const worker = this.#worker
    worker.ref()
    try {
      const answer = await answerOf(worker, mode)
      if ('code' in answer) throw Object.assign(new Error(answer.message), { code: answer.code })
      return answer.isWhole
    } finally {
      worker.unref()
      this.#rest = setTimeout(() => void this.close(), REST_MILLISECONDS).unref()
    }
  }

  /** Resolves when its connection is closed. */
  async close(): Promise<void> {
    clearTimeout(this.#rest)
    // Ended from outside in the middle of a write, the native code would take the whole program down with it.
    this.#worker?.ref()
    this.#worker?.postMessage('close')
    this.#worker = undefined
    await this.#ended
  }

  #start(): Worker {
    const worker = new Worker(new URL('./sqlite-log-worker.ts', import.meta.url), { workerData: this.#file })
    const forget = () => {
      if (this.#worker === worker) this.#worker = undefined
    }
    worker.on('error', forget)
    this.#ended = new Promise<void>(resolve => worker.once('exit', () => resolve(forget())))
    return worker
  }
}

async function answerOf(worker: Worker, mode: Checkpoint): Promise<Checkpointed> {
  const { promise, resolve, reject } = Promise.withResolvers<Checkpointed>()
  const ended = () => reject(new Error('The thread that copies the log has ended.'))
  worker.once('message', resolve).once('error', reject).once('exit', ended)
  worker.postMessage(mode)
  try {
    return await promise
  } finally {
    worker.off('message', resolve).off('error', reject).off('exit', ended)
  }
}
