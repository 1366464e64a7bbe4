import { newSecret } from '../ids.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { days, type Instant } from '../time.ts'
import { record } from '../trail/entry.ts'
import { tellNewSignIn } from './account-letter.ts'
import { countLetter } from './letter-count.ts'
import type { Person } from './person.ts'
import { findPerson } from './person.ts'
import { about, isLive } from './session.ts'
import type { SessionRow } from './store.ts'
import { hashToken, looksLikeToken } from './token.ts'

/** A browser that was not seen for longer is new again. */
const REMEMBERED_FOR = days(365)
/** Somebody whose browser forgets everything gets three letters, then none until a day has passed since the last; the trail has them all. */
const LETTERS = { name: 'device_letters', most: 3, rest: days(1) }

/**
 * Remembers which browser a session of two factors was begun in, by a random word in a cookie; a browser that this person has not signed in
 * from before is told to their address. Called before the session's cookie leaves, so that none is ever in a browser that was not looked at.
 *
 * @param device - what the browser's cookie holds, if it has one.
 * @returns the word for the cookie; null when nothing is to be remembered: what rests on a mailbox alone leaves no mark.
 */
export async function rememberDevice(parts: Parts, sessionToken: string, device: string | null): Promise<string | null> {
  const now = parts.clock()
  const word = device !== null && looksLikeToken(device) ? device : newSecret()
  const isTold = await parts.store.transaction(async tx => {
    const session = await tx.signIn.sessions.find(hashToken(sessionToken))
    const person = session?.level === 'full' && isLive(session, now) ? await findPerson(tx, session.person) : null
    if (session === null || person === null) return null
    const isKnown = await tx.signIn.devices.recognize(person.ref, word, now)
    return !isKnown && (await tell(tx, parts, now, person, session))
  })
  if (isTold) parts.wakeOutbox()
  return isTold === null ? null : word
}

/** Forgets browsers nobody has signed in from for a year; says how many. */
export const forgetDevices = (tx: Tx, now: Instant): Promise<number> => tx.signIn.devices.forget(now - REMEMBERED_FOR)

async function tell(tx: Tx, { settings }: Parts, now: Instant, person: Person, session: SessionRow): Promise<boolean> {
  await record(tx, now, { ...about(session), action: 'session.new_device' })
  // Whoever has just set up a way to sign in gets a letter about that.
  const factors = await tx.signIn.factors.ofPerson(person.ref)
  if (factors.some(({ createdAt }) => createdAt === session.signedInAt)) return false
  if (!(await countLetter(tx, person.ref.id, LETTERS, now))) return false
  await tellNewSignIn(tx, settings, now, person)
  return true
}
