import { type Adapter, type DatabaseSession, Lucia } from 'lucia'
import { PortalError } from '../errors.ts'
import { newId, newSecret } from '../ids.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { hours, type Instant, minutes, seconds } from '../time.ts'
import { record } from '../trail/entry.ts'
import { actorOf, findPerson, type Person } from './person.ts'
import { recordSignedIn } from './signed-in.ts'
import type { Level, Method, PersonRef, SessionRow } from './store.ts'
import { hashToken, looksLikeToken } from './token.ts'
import type { Visitor } from './visitor.ts'

const IDLE_LIMIT = minutes(15)
/** No session is older; a member of staff's ends sooner. */
export const ABSOLUTE_LIMIT = hours(12)
const STAFF_ABSOLUTE_LIMIT = hours(8)
/** What changes how somebody signs in must rest on a proof no older than this. */
const FRESH = minutes(5)
const TOUCH_EVERY = seconds(30)
/** Further ahead of the clock than this, a session was begun under a clock that has been put back since: its age is unknown. */
export const CLOCK_SLACK = minutes(1)

type SessionFacts = Omit<SessionRow, 'tokenHash'>

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<{ facts: SessionFacts }, { person: Person }>
    DatabaseSessionAttributes: SessionFacts
    DatabaseUserAttributes: Person
  }
}

/** Whether a session still counts, by the times that are stored and the portal's own clock. */
export function isLive(session: SessionFacts, now: Instant): boolean {
  const absolute = session.person.kind === 'staff' ? STAFF_ABSOLUTE_LIMIT : ABSOLUTE_LIMIT
  const isFromTheFuture = session.lastSeenAt > now + CLOCK_SLACK
  return !isFromTheFuture && now - session.lastSeenAt < IDLE_LIMIT && now - session.createdAt < absolute
}

/**
 * Who is behind a session token; keeps the session awake. The person is read anew each time, so that somebody who was disabled is
 * nobody at their next request.
 */
export async function visitor({ store, clock }: Parts, token: string | null): Promise<Visitor | null> {
  if (token === null || !looksLikeToken(token)) return null
  const now = clock()
  const found = await store.read(tx => luciaOver(tx, now).validateSession(token))
  if (found.session === null) return null
  const tokenHash = hashToken(token)
  const { facts } = found.session
  if (now - facts.lastSeenAt >= TOUCH_EVERY) await store.transaction(tx => tx.signIn.sessions.touch(tokenHash, now))
  const { person, level, method, signedInAt, handle } = facts
  const { role, name, language, choseLanguage, timeZone, display } = found.user.person
  const spokenTo = { language, choseLanguage, timeZone, display }
  return { person, level, method, signedInAt, session: handle, tokenHash, role, name, ...spokenTo }
}

/**
 * Begins a session for somebody who has just proven who they are; what only their mailbox had opened before ends.
 *
 * @returns the token for the cookie; nothing of it is kept but its hash.
 */
export async function startSession(tx: Tx, now: Instant, person: PersonRef, level: Level, method: Method): Promise<string> {
  const facts = { handle: newId('ses', now), person, level, method, createdAt: now, signedInAt: now, lastSeenAt: now }
  const token = await add(tx, now, facts)
  await record(tx, now, { ...about(facts), action: 'session.started' })
  if (level === 'full') {
    await endMailboxSessions(tx, now, person)
    await recordSignedIn(tx, now, person)
  }
  return token
}

/**
 * Puts a new session in the place of one, after what its person may do has changed. Its age is kept, so that nobody stays signed in
 * longer by changing things; the proof counts from now only where the level was raised.
 */
export async function replaceSession(tx: Tx, now: Instant, old: SessionRow, method: Method): Promise<string> {
  const { person, createdAt } = old
  const isRaised = old.level !== 'full'
  await luciaOver(tx, now).invalidateSession(old.tokenHash)
  const proof = isRaised
    ? { method, signedInAt: now, createdAt: now }
    : { method: old.method, signedInAt: old.signedInAt, createdAt }
  const facts: SessionFacts = { handle: newId('ses', now), person, level: 'full', lastSeenAt: now, ...proof }
  const token = await add(tx, now, facts)
  await record(tx, now, {
    ...about(facts),
    action: isRaised ? 'session.raised' : 'session.started',
    detail: { replaces: old.handle },
  })
  if (isRaised) await recordSignedIn(tx, now, person)
  return token
}

/**
 * The visitor's session as it is in this transaction.
 *
 * @param needs - `full`: two factors were proven. `fresh`: and that is no longer ago than five minutes.
 * @throws PortalError `sign_in_required`, `fresh_sign_in_required`.
 */
export async function requireSession(
  tx: Tx,
  visitor: Visitor,
  now: Instant,
  needs: 'any' | 'full' | 'fresh' = 'any',
): Promise<{ session: SessionRow; person: Person }> {
  const session = await tx.signIn.sessions.find(visitor.tokenHash)
  const person = session === null || !isLive(session, now) ? null : await findPerson(tx, session.person)
  if (session === null || person === null || (needs !== 'any' && session.level !== 'full')) {
    throw new PortalError('sign_in_required', 'Please sign in first.')
  }
  if (needs === 'fresh' && !isFresh(session, now)) {
    throw new PortalError('fresh_sign_in_required', 'To change how you sign in, please sign in once more first.')
  }
  return { session, person }
}

export const isFresh = (session: SessionFacts, now: Instant): boolean => now - session.signedInAt <= FRESH

/**
 * Ends every session of a person but one, and every sign-in of theirs that is under way: what was proven with the factors of before
 * counts no more.
 */
export async function endAllBut(tx: Tx, { ref, address }: Person, tokenHash: string): Promise<void> {
  await tx.signIn.sessions.removeAll(ref, tokenHash)
  await tx.signIn.requests.removeAll(ref, tx.signIn.subjectOf(address))
}

/** Forgets sessions nobody can use any more; says how many. */
export const forgetSessions = (tx: Tx, now: Instant): Promise<number> =>
  tx.signIn.sessions.removeStale(now - ABSOLUTE_LIMIT, now - IDLE_LIMIT)

/** The trail's words for a session: whose, how far, proven how. */
export const about = ({ person, handle, level, method }: SessionFacts) => ({
  organization: person.organization,
  actor: actorOf(person),
  object: handle,
  level,
  method,
})

async function add(tx: Tx, now: Instant, facts: SessionFacts): Promise<string> {
  const sessionId = newSecret()
  await luciaOver(tx, now).createSession(userIdOf(facts.person), facts, { sessionId })
  return sessionId
}

/** Ends what somebody who proved only this person's mailbox had opened. */
export async function endMailboxSessions(tx: Tx, now: Instant, person: PersonRef): Promise<void> {
  for (const session of await tx.signIn.sessions.ofPerson(person)) {
    if (session.level === 'mailbox') await endSession(tx, now, session)
  }
}

export async function endSession(tx: Tx, now: Instant, session: SessionRow): Promise<void> {
  await luciaOver(tx, now).invalidateSession(session.tokenHash)
  await record(tx, now, { ...about(session), action: 'session.ended' })
}

const luciaOver = (tx: Tx, now: Instant) =>
  new Lucia(adapter(tx, now), {
    getSessionAttributes: facts => ({ facts }),
    getUserAttributes: person => ({ person }),
  })

// Lucia reads the machine's clock. It is given a date that never passes, so that it decides nothing; isLive does.
const NEVER = new Date(8_640_000_000_000_000)

/**
 * Lucia's view of the store. Lucia speaks of tokens, the store keeps their hashes: looking up hashes what is presented, and answers
 * with the hash as the session's id, which is good for deleting and for nothing else.
 */
function adapter(tx: Tx, now: Instant): Adapter {
  const { sessions } = tx.signIn
  return {
    async getSessionAndUser(token) {
      const row = await sessions.find(hashToken(token))
      const person = row === null || !isLive(row, now) ? null : await findPerson(tx, row.person)
      if (row === null || person === null) return [null, null]
      return [databaseSession(row), { id: userIdOf(row.person), attributes: person }]
    },
    getUserSessions: async userId =>
      (await sessions.ofPerson(personOf(userId))).filter(row => isLive(row, now)).map(databaseSession),
    setSession: session => sessions.add({ ...session.attributes, tokenHash: hashToken(session.id) }),
    updateSessionExpiration: async () => undefined, // what never passes is never put off
    deleteSession: tokenHash => sessions.remove(tokenHash),
    deleteUserSessions: async userId => void (await sessions.removeAll(personOf(userId))),
    deleteExpiredSessions: async () => void (await forgetSessions(tx, now)),
  }
}

function databaseSession({ tokenHash, ...facts }: SessionRow): DatabaseSession {
  return { id: tokenHash, userId: userIdOf(facts.person), expiresAt: NEVER, attributes: facts }
}

// Ids hold no slash.
const userIdOf = ({ kind, organization, id }: PersonRef): string => `${kind}/${organization}/${id}`

function personOf(userId: string): PersonRef {
  const [kind, organization, id] = userId.split('/') as [PersonRef['kind'], string, string]
  return { kind, organization, id }
}
