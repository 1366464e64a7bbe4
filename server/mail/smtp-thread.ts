import { Worker } from 'node:worker_threads'
import type { Mailer } from '../mailer.ts'
import { type Clock, type Instant, minutes, seconds } from '../time.ts'
import { smtpServerAt } from './smtp-url.ts'
import type { MailAnswer, MailTask, MailThreadOptions } from './smtp-worker.ts'

/**
 * With nothing to do for so long it ends and gives back its memory; its connections are closed before. Longer than between two questions of
 * a monitor, who would otherwise wait for a new thread each time.
 */
const ENDS_AFTER = minutes(5)
/** Of the memory for what is soon forgotten; by itself, V8 takes 48. */
const YOUNG_MEGABYTES = 4
/**
 * A mail takes a minute at most; a thread that says nothing for longer hangs. No other letter would ever leave: whoever hands them over waits for
 * its answer. Shorter than the outbox's lease.
 */
const HANGS_AFTER = seconds(80)

type Ask = Pick<Extract<MailTask, { ask: 'send' }>, 'ask' | 'mail'> | Pick<Extract<MailTask, { ask: 'reachable' }>, 'ask'>

/**
 * As `openSmtp`, in a thread of its own: composing a mail and the conversation with the server take longer than everything else about it.
 * Started with the first letter. If it ends in the middle, nobody knows what became of its mails: they are tried again.
 *
 * @param hangsAfter - ends it when it has not answered for so long; shorter ones are for tests.
 * @throws PortalError `misconfigured` as `openSmtp` would.
 */
export function openSmtpBeside({
  clock,
  hangsAfter = HANGS_AFTER,
  ...options
}: MailThreadOptions & { clock: Clock; hangsAfter?: number }): Mailer {
  smtpServerAt(options) // what is wrong with it is told at the start
  let thread: MailThread | null = null
  let rest: NodeJS.Timeout | undefined

  const close = async (): Promise<void> => {
    clearTimeout(rest)
    const closing = thread
    thread = null
    await closing?.close()
  }
  const ask = async (asked: Ask): Promise<MailAnswer | Ended> => {
    clearTimeout(rest)
    if (thread === null || thread.hasEnded) thread = new MailThread(options)
    const asking = thread
    const hanging = setTimeout(() => void asking.end(), hangsAfter)
    const answer = await asking.ask({ ...asked, at: clock() })
    clearTimeout(hanging)
    if (thread?.isIdle) rest = setTimeout(() => void close(), ENDS_AFTER).unref()
    return answer
  }

  return {
    async send(mail) {
      const answer = await ask({ ask: 'send', mail })
      if ('sent' in answer) return answer.sent
      return {
        outcome: 'deferred',
        answer: `${'ended' in answer ? answer.ended : 'ENDED'}: the thread that sends mail has ended`,
      }
    },
    async reachable() {
      const answer = await ask({ ask: 'reachable' })
      return 'reachable' in answer && answer.reachable
    },
    close,
  }
}

/** The thread ended before it answered. */
interface Ended {
  /** Name of the error, or `ENDED`. */
  ended: string
}

/** One thread, from its start to its end. Keeps the program alive only while it is asked something. */
class MailThread {
  readonly #worker: Worker
  readonly #asking = new Map<number, (answer: MailAnswer | Ended) => void>()
  readonly #ended: Promise<unknown>
  #numbers = 0
  hasEnded = false

  constructor(options: MailThreadOptions) {
    this.#worker = new Worker(new URL('./smtp-worker.ts', import.meta.url), {
      workerData: options,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    })
    let reason = 'ENDED'
    this.#worker.on('message', (answer: MailAnswer) => this.#answer(answer.number, answer))
    this.#worker.on('error', error => {
      reason = error.name // the thread ends after it; who waits is told then
    })
    this.#ended = new Promise(resolve => this.#worker.once('exit', resolve)).then(() => {
      this.hasEnded = true
      for (const number of this.#asking.keys()) this.#answer(number, { ended: reason })
    })
  }

  get isIdle(): boolean {
    return this.#asking.size === 0
  }

  ask(asked: Ask & { at: Instant }): Promise<MailAnswer | Ended> {
    const number = ++this.#numbers
    this.#worker.ref()
    this.#worker.postMessage({ ...asked, number } satisfies MailTask)
    return new Promise(resolve => this.#asking.set(number, resolve))
  }

  /** Resolves when it has ended; what is under way is done before. */
  async close(): Promise<void> {
    this.#worker.ref()
    this.#worker.postMessage('close')
    await this.#ended
  }

  /** Ends it in the middle of whatever it does. */
  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #answer(number: number, answer: MailAnswer | Ended): void {
    this.#asking.get(number)?.(answer)
    this.#asking.delete(number)
    if (this.isIdle) this.#worker.unref()
  }
}
