import { randomBytes } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import * as argon2 from 'argon2'

export type PassphraseTask =
  | { kind: 'hash'; passphrase: string }
  /** `phc` null: nobody has this address; the same work is done. */
  | { kind: 'verify'; phc: string | null; passphrase: string }

export type PassphraseAnswer = { kind: 'hashed'; phc: string } | { kind: 'verified'; right: boolean; rehash: boolean }

// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, two passes, one lane. A change is taken up at each person's next sign-in.
const PARAMETERS = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/**
 * Nobody's hash, with the same parameters, for addresses that nobody has. Waited for before the first task, so that there is never more
 * than one hash in the making.
 */
const NOBODYS = await argon2.hash(randomBytes(32), PARAMETERS)

async function work(task: PassphraseTask): Promise<PassphraseAnswer> {
  if (task.kind === 'hash') return { kind: 'hashed', phc: await argon2.hash(task.passphrase, PARAMETERS) }
  const phc = task.phc ?? NOBODYS
  const right = await argon2.verify(phc, task.passphrase)
  return { kind: 'verified', right, rehash: argon2.needsRehash(phc, PARAMETERS) }
}

let last: Promise<void> = Promise.resolve()

async function answer(task: PassphraseTask | 'close'): Promise<void> {
  if (task === 'close') parentPort?.close()
  else parentPort?.postMessage(await work(task))
}

// In the order they came, closing too. What goes wrong here ends the worker, and the one who asked is told.
parentPort?.on('message', (task: PassphraseTask | 'close') => {
  last = last.then(() => answer(task))
})
