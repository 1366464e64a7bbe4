import { PortalError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { type Instant, minutes, seconds } from '../time.ts'
import { type Action, PORTAL_ITSELF, record, VISITOR } from '../trail/entry.ts'
import { tellAccount } from './account-letter.ts'
import { actorOf, findPerson } from './person.ts'
import type { Attempts, PersonRef } from './store.ts'

/** Factors that can be guessed. A passkey cannot, and is never counted, so that nobody can lock it by trying. */
export const GUESSABLE = ['mailbox_code', 'passphrase', 'totp', 'printed_code', 'recovery_code', 'confirmation'] as const
export type GuessableFactor = (typeof GUESSABLE)[number]

/** What tries are counted on. */
export interface Tried {
  factor: GuessableFactor
  /** Keyed hash of the address, known or not; for a question to somebody who is signed in, their id. */
  subject: string
  /** Whose account it may be. Empty when nobody has this address; then every answer is wrong, and counts like any other. */
  people: PersonRef[]
}

const FREE_TRIES = 5
const FIRST_WAIT = seconds(30)
const LONGEST_WAIT = minutes(15)
/** NIST SP 800-63B-4, section 3.2.2, allows 100; whoever mistypes this often needs a person to talk to. */
const DISABLED_AT = 20

/** How long the next try waits after this many failures: 30 s after the fifth, twice as long after each more, 15 min at most. */
export const waitAfter = (failures: number): number =>
  failures < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - FREE_TRIES))

/**
 * Whether a try may be made now: worth asking before costly work. {@link countedTry} asks again.
 *
 * @throws PortalError `too_many_attempts`.
 */
export async function requireTry(tx: Tx, { subject, factor }: Tried, now: Instant): Promise<void> {
  const refusal = refusalAfter(await tx.signIn.attempts.get(subject, factor), now)
  if (refusal !== null) throw refusal
}

/**
 * One try at a factor, counted in the transaction that decides it, so that however many come at once, no more answers are given away
 * than one after the other would get.
 *
 * @param win - spends what was presented; null when it was wrong, or somebody else spent it first.
 * @param failure - what the trail calls a wrong try.
 * @returns what `win` returned.
 * @throws PortalError `too_many_attempts`; nothing is counted then, and nothing is said about the answer.
 */
export async function countedTry<T>(
  parts: Parts,
  tried: Tried,
  win: (tx: Tx, now: Instant) => Promise<T | null>,
  failure: Action = 'sign_in.failed',
): Promise<T | null> {
  const now = parts.clock()
  const { won, failures } = await parts.store.transaction(async tx => {
    const failures = await count(tx, tried, now)
    const won = await win(tx, now)
    if (won === null) await recordFailure(tx, parts, now, tried, failures, failure)
    else await tx.signIn.attempts.clear(tried.subject, tried.factor)
    return { won, failures }
  })
  if (won === null && failures === DISABLED_AT) parts.wakeOutbox()
  return won
}

/** Counts this try as if it were wrong; a right one clears the count. */
async function count(tx: Tx, { subject, factor }: Tried, now: Instant): Promise<number> {
  const before = await tx.signIn.attempts.get(subject, factor)
  const refusal = refusalAfter(before, now)
  if (refusal !== null) throw refusal
  const failures = await tx.signIn.attempts.fail(subject, factor, now)
  // Another transaction counted between the two statements (an engine may allow it): this one would have had to wait.
  if (failures > before.failures + 1 && failures > FREE_TRIES) throw tooMany(waitAfter(failures - 1))
  return failures
}

async function recordFailure(
  tx: Tx,
  parts: Parts,
  now: Instant,
  { subject, factor, people }: Tried,
  failures: number,
  action: Action,
): Promise<void> {
  const about = { action, detail: { factor } }
  const actorFor = (person: PersonRef) => (action === 'sign_in.failed' ? VISITOR : actorOf(person))
  if (people.length === 0) await record(tx, now, { ...about, organization: PORTAL_ITSELF, actor: VISITOR, object: subject })
  for (const person of people) {
    await record(tx, now, { ...about, organization: person.organization, actor: actorFor(person), object: person.id })
  }
  if (failures < DISABLED_AT) return
  await tx.signIn.attempts.disable(subject, factor, now)
  for (const ref of people) {
    const told = await findPerson(tx, ref)
    if (told === null) continue
    const { organization, id: object } = ref
    await record(tx, now, { organization, actor: actorFor(ref), action: 'factor.disabled', object, detail: { factor } })
    await tellAccount(tx, parts.settings, now, told, 'way_in_switched_off')
  }
}

function refusalAfter({ failures, lastFailureAt, disabledAt }: Attempts, now: Instant): PortalError | null {
  if (disabledAt !== null) {
    return new PortalError(
      'too_many_attempts',
      'There were too many wrong tries, so this way is switched off. Use another way to sign in, or call your care team.',
    )
  }
  // The distance, not the difference: a clock that was put back must not make anybody wait for a day.
  const passed = lastFailureAt === null ? Number.POSITIVE_INFINITY : Math.abs(now - lastFailureAt)
  const wait = waitAfter(failures)
  return passed < wait ? tooMany(wait - passed) : null
}

function tooMany(wait: number): PortalError {
  const retryAfterSeconds = Math.ceil(wait / 1_000)
  const minutes = Math.ceil(retryAfterSeconds / 60)
  const time = minutes > 1 ? `${minutes} minutes` : `${retryAfterSeconds} seconds`
  const sentence = `There were too many wrong tries. Please wait ${time} and try again.`
  return new PortalError('too_many_attempts', sentence, { retryAfterSeconds })
}
