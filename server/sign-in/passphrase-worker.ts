import { randomBytes, timingSafeEqual } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { parentPort } from 'node:worker_threads'
import * as argon2 from 'argon2'

export type PassphraseTask =
  | { kind: 'hash'; passphrase: string; salt: Uint8Array }
  /** No `phcs`: nobody has this address; the same work is done. */
  | { kind: 'verify'; phcs: readonly string[]; passphrase: string; salt: Uint8Array }

export type PassphraseAnswer =
  | { kind: 'hashed'; phc: string }
  | { kind: 'verified'; answers: { right: boolean; rehash: boolean }[] }

// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, two passes, one lane. A change is taken up at each person's next sign-in.
const PARAMETERS = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/**
 * Nobody's hash, with the same parameters, for addresses that nobody has. Waited for before the first task, so that there is never more
 * than one hash in the making.
 */
const NOBODYS = await argon2.hash(randomBytes(32), PARAMETERS)

async function work(task: PassphraseTask): Promise<PassphraseAnswer> {
  if (task.kind === 'hash') return { kind: 'hashed', phc: await hash(task.passphrase, PARAMETERS, task.salt) }
  const [first = NOBODYS] = task.phcs
  const wanted = parsed(first)
  const made = parsed(await hash(task.passphrase, wanted.parameters, wanted.salt))
  const answers = task.phcs.map(phc => {
    const { parameters, salt, digest } = parsed(phc)
    const isCompared = sameBytes(salt, made.salt) && isDeepStrictEqual(parameters, made.parameters)
    const isCurrent = sameBytes(salt, task.salt) && !argon2.needsRehash(phc, PARAMETERS)
    return { right: isCompared && sameBytes(digest, made.digest), rehash: !isCurrent }
  })
  return { kind: 'verified', answers }
}

interface Parameters {
  memoryCost: number
  timeCost: number
  parallelism: number
  hashLength?: number
}

const hash = (passphrase: string, parameters: Parameters, salt: Uint8Array): Promise<string> =>
  argon2.hash(passphrase, { ...parameters, type: PARAMETERS.type, salt: Buffer.from(salt) })

/** What a hash of ours was made with: `$argon2id$v=19$m=19456,t=2,p=1$salt$digest`. */
function parsed(phc: string): { parameters: Parameters; salt: Uint8Array; digest: Uint8Array } {
  const found = /^\$argon2id\$v=19\$([mtp=\d,]+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc)
  if (found === null) throw new TypeError('What was kept of a passphrase is no hash of ours.')
  const [, settings, ...binary] = found as unknown as [string, string, string, string]
  const { m, t, p } = Object.fromEntries(settings.split(',').map(each => [each[0], Number(each.slice(2))]))
  const [salt, digest] = binary.map(part => Buffer.from(part, 'base64')) as [Buffer, Buffer]
  return { parameters: { memoryCost: m!, timeCost: t!, parallelism: p!, hashLength: digest.length }, salt, digest }
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && timingSafeEqual(one, other)

let last: Promise<void> = Promise.resolve()

async function answer(task: PassphraseTask | 'close'): Promise<void> {
  if (task === 'close') parentPort?.close()
  else parentPort?.postMessage(await work(task))
}

// In the order they came, closing too. What goes wrong here ends the worker, and the one who asked is told.
parentPort?.on('message', (task: PassphraseTask | 'close') => {
  last = last.then(() => answer(task))
})
