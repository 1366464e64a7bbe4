import { Worker } from 'node:worker_threads'
import { PortalError } from '../errors.ts'
import type { Passphrases } from '../parts.ts'
import type { PassphraseAnswer, PassphraseTask } from './passphrase-worker.ts'

const MAX_WAITING = 200
/** About what one hash takes on a small machine; only for telling people when to come back. */
const MILLISECONDS_EACH = 30

interface Waiting {
  task: PassphraseTask
  resolve(answer: PassphraseAnswer): void
  reject(reason: unknown): void
}

/**
 * Argon2id in one worker of its own, one passphrase at a time: a storm of sign-ins waits in line there, and neither pages nor the
 * thread pool that files and other crypto share wait with it.
 *
 * The worker starts with the first passphrase and keeps the program alive only while it has work. Passphrases are put into NFC here,
 * so that two keyboards that write the same letter differently mean the same passphrase.
 *
 * @param maxWaiting - past this many in line, the next is refused with `busy`.
 */
export function openPassphrases({ maxWaiting = MAX_WAITING }: { maxWaiting?: number } = {}): Passphrases {
  const line: Waiting[] = []
  let current: Waiting | null = null
  let worker: Worker | null = null
  let isClosed = false

  function ask(task: PassphraseTask): Promise<PassphraseAnswer> {
    if (isClosed) return Promise.reject(closing())
    if (line.length >= maxWaiting) return Promise.reject(tooBusy(line.length))
    return new Promise((resolve, reject) => {
      line.push({ task, resolve, reject })
      next()
    })
  }

  function next(): void {
    if (current !== null) return
    current = line.shift() ?? null
    if (current === null) {
      if (!isClosed) worker?.unref()
      return
    }
    worker ??= startWorker()
    worker.ref()
    worker.postMessage(current.task)
  }

  function startWorker(): Worker {
    const started = new Worker(new URL('./passphrase-worker.ts', import.meta.url))
    started.on('message', (answer: PassphraseAnswer) => settle(waiting => waiting.resolve(answer)))
    started.on('error', error => {
      // The next in line gets a new worker; what broke this one is not theirs.
      if (worker === started) worker = null
      settle(waiting => waiting.reject(error))
    })
    return started
  }

  function settle(how: (waiting: Waiting) => void): void {
    const settled = current
    current = null
    if (settled !== null) how(settled)
    next()
  }

  return {
    async hash(passphrase, salt) {
      const answer = await ask({ kind: 'hash', passphrase: passphrase.normalize('NFC'), salt })
      if (answer.kind !== 'hashed') throw new TypeError('The passphrase worker answered something else.')
      return answer.phc
    },
    async verify(phcs, passphrase, salt) {
      const answer = await ask({ kind: 'verify', phcs, passphrase: passphrase.normalize('NFC'), salt })
      if (answer.kind !== 'verified') throw new TypeError('The passphrase worker answered something else.')
      return answer.answers
    },
    async close() {
      isClosed = true
      for (const waiting of line.splice(0)) waiting.reject(closing())
      const closed = worker
      if (closed === null) return
      // Ended from outside in the middle of a hash, the native code would take the whole program down with it.
      closed.ref()
      const ended = new Promise(resolve => closed.once('exit', resolve))
      closed.postMessage('close')
      await ended
    },
  }
}

const closing = () => new PortalError('unavailable', 'The portal is closing. Please try again in a minute.')

const tooBusy = (inLine: number): PortalError =>
  new PortalError('busy', 'Many people are signing in right now. Please try again in a minute.', {
    retryAfterSeconds: Math.max(1, Math.ceil((inLine * MILLISECONDS_EACH) / 1_000)),
  })
