import { Worker } from 'node:worker_threads'
import { PortalError } from '../errors.ts'
import type { Sanitizer } from '../parts.ts'
import { seconds } from '../time.ts'
import { isTooElaborate } from './html-shape.ts'

const LONGEST_WORK = seconds(10)
/** For a new thread to load its libraries: a busy machine must not refuse what is harmless. */
const LONGEST_START = seconds(30)
const LONGEST_QUEUE = 200
const MEMORY_MB = 512

interface Job {
  html: string
  settle(answer: Answer): void
}

/** What the thread answers, once it is `ready`; `failed`: the name of the error, or `ended` when the thread did. */
type Answer = { clean: string } | { failed: string }

/**
 * A sanitizer in a thread of its own, started with the first message in HTML and kept. It works on one piece of HTML at a time; one
 * that takes too long or too much memory ends the thread and is refused, and those that wait behind it get a new one.
 *
 * `clean` rejects with PortalError `invalid` when the HTML could not be made safe, `busy` when too many wait.
 *
 * @param limits.longestWork - milliseconds for one piece of HTML.
 */
export function openSanitizer(limits: { longestWork?: number } = {}): Sanitizer {
  const queue = new SanitizerQueue(limits.longestWork ?? LONGEST_WORK)
  return {
    async clean(html) {
      const answer: Answer = isTooElaborate(html) ? { failed: 'too elaborate' } : await queue.take(html)
      if ('clean' in answer) return answer.clean
      throw new PortalError(
        'invalid',
        'The HTML of this message could not be made safe. Make it simpler, or send plain text alone.',
      )
    },
    close: () => queue.close(),
  }
}

class SanitizerQueue {
  readonly #longestWork: number
  readonly #waiting: Job[] = []
  #current: Job | null = null
  #worker: Worker | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(longestWork: number) {
    this.#longestWork = longestWork
  }

  take(html: string): Promise<Answer> {
    if (this.#waiting.length >= LONGEST_QUEUE) {
      throw new PortalError('busy', 'Too many messages in HTML wait to be made safe.', { retryAfterSeconds: 5 })
    }
    return new Promise(settle => {
      this.#waiting.push({ html, settle })
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
    if (this.#current === null) return
    const isNew = this.#worker === null
    const worker = this.#startedWorker()
    this.#endAfter(worker, isNew ? LONGEST_START : this.#longestWork)
    worker.ref()
    worker.postMessage(this.#current.html)
  }

  #endAfter(worker: Worker, time: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void worker.terminate(), time)
  }

  #settle(answer: Answer): void {
    clearTimeout(this.#timer)
    this.#worker?.unref() // a thread with nothing to do keeps no process alive
    const job = this.#current
    this.#current = null
    job?.settle(answer)
    this.#next()
  }

  #startedWorker(): Worker {
    this.#worker ??= this.#startWorker()
    return this.#worker
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./sanitize-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    })
    let reason = 'ended'
    worker.on('message', (answer: Answer | 'ready') => {
      if (answer === 'ready') this.#endAfter(worker, this.#longestWork)
      else this.#settle(answer)
    })
    worker.on('error', error => {
      reason = error.name // the thread ends after it; what it worked on is refused then
    })
    worker.on('exit', () => {
      this.#worker = null
      this.#settle({ failed: reason })
    })
    return worker
  }
}
