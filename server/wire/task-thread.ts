import { type Transferable, Worker } from 'node:worker_threads'
import { PortalError } from '../errors.ts'

/** How a thread for tasks is kept. Times in milliseconds. */
export interface TaskThreadOptions {
  /** What it runs. It says `ready` when it has loaded its libraries, and answers each task with one message, in order. */
  module: URL
  /** Of V8's own: buffers do not count. */
  memoryMegabytes: number
  longestWork: number
  /** For a new thread to load its libraries: a busy machine must not refuse what is harmless. */
  longestStart: number
  longestQueue: number
  /** Said when more than that wait. */
  busy: string
  /** Without a task for so long, it ends and gives back its memory; when left out, it stays. */
  endsAfter?: number
}

/** The thread ended in the middle of this task. */
export interface Ended {
  /** Name of the error, or `ended`. */
  ended: string
}

interface Job<Task, Answer> {
  task: Task
  transfer: Transferable[]
  settle(answer: Answer | Ended): void
}

/**
 * A thread of its own for work that would hold the event loop, started with the first task. It works on one at a time; a task that takes too
 * long or too much memory ends it, and those that wait behind get a new one. With nothing to do it keeps no process alive.
 */
export class TaskThread<Task, Answer extends object> {
  readonly #options: TaskThreadOptions
  readonly #waiting: Job<Task, Answer>[] = []
  #current: Job<Task, Answer> | null = null
  #worker: Worker | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(options: TaskThreadOptions) {
    this.#options = options
  }

  /**
   * @param transfer - what is given away with the task.
   * @throws PortalError `busy` when too many wait.
   */
  take(task: Task, transfer: Transferable[] = []): Promise<Answer | Ended> {
    if (this.#waiting.length >= this.#options.longestQueue) {
      throw new PortalError('busy', this.#options.busy, { retryAfterSeconds: 5 })
    }
    return new Promise(settle => {
      this.#waiting.push({ task, transfer, settle })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#waiting.length = 0
    await this.#worker?.terminate()
  }

  #next(): void {
    if (this.#current !== null) return
    this.#current = this.#waiting.shift() ?? null
    if (this.#current === null) {
      this.#rest()
      return
    }
    const isNew = this.#worker === null
    this.#worker ??= this.#started()
    this.#endAfter(this.#worker, isNew ? this.#options.longestStart : this.#options.longestWork)
    this.#worker.ref()
    this.#worker.postMessage(this.#current.task, this.#current.transfer)
  }

  #rest(): void {
    const [worker, { endsAfter }] = [this.#worker, this.#options]
    if (worker === null || endsAfter === undefined) return
    this.#timer = setTimeout(() => {
      this.#worker = null // a task that comes now gets a new one
      void worker.terminate()
    }, endsAfter).unref()
  }

  #endAfter(worker: Worker, time: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void worker.terminate(), time)
  }

  #settle(answer: Answer | Ended): void {
    clearTimeout(this.#timer)
    this.#worker?.unref()
    const job = this.#current
    this.#current = null
    job?.settle(answer)
    this.#next()
  }

  #started(): Worker {
    const { module, memoryMegabytes, longestWork } = this.#options
    const worker = new Worker(module, { resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes } })
    let reason = 'ended'
    worker.on('message', (answer: Answer | 'ready') => {
      if (answer === 'ready') this.#endAfter(worker, longestWork)
      else this.#settle(answer)
    })
    worker.on('error', error => {
      reason = error.name // the thread ends after it; what it worked on is told then
    })
    worker.on('exit', () => {
      if (this.#worker !== worker) return
      this.#worker = null
      this.#settle({ ended: reason })
    })
    return worker
  }
}
