import type { Parts } from '../parts.ts'
import { record } from '../trail/entry.ts'
import { about, endSession, isLive, requireSession } from './session.ts'
import type { SessionLine } from './views.ts'
import type { Visitor } from './visitor.ts'

/** Where this person is signed in now, the latest first. */
export async function sessions({ store, clock }: Parts, visitor: Visitor): Promise<SessionLine[]> {
  const now = clock()
  return store.read(async tx => {
    const { session } = await requireSession(tx, visitor, now, 'full')
    const rows = await tx.signIn.sessions.ofPerson(session.person)
    return rows
      .filter(row => isLive(row, now))
      .sort((a, b) => b.createdAt - a.createdAt)
      .map(({ handle, createdAt, lastSeenAt }) => ({ handle, createdAt, lastSeenAt, isThisOne: handle === session.handle }))
  })
}

/** Ends one of the person's own sessions. Somebody else's, or one that is over, is not there: nothing happens. */
export async function revokeSession({ store, clock }: Parts, visitor: Visitor, handle: string): Promise<void> {
  const now = clock()
  await store.transaction(async tx => {
    const { session } = await requireSession(tx, visitor, now, 'full')
    const wasThere = await tx.signIn.sessions.removeByHandle(session.person, handle)
    if (wasThere) await record(tx, now, { ...about(session), action: 'session.ended', object: handle })
  })
}

export async function signOut({ store, clock }: Parts, visitor: Visitor): Promise<void> {
  const now = clock()
  await store.transaction(async tx => {
    const session = await tx.signIn.sessions.find(visitor.tokenHash)
    if (session !== null) await endSession(tx, now, session)
  })
}

export async function signOutEverywhere({ store, clock }: Parts, visitor: Visitor): Promise<void> {
  const now = clock()
  await store.transaction(async tx => {
    const { session, person } = await requireSession(tx, visitor, now, 'full')
    const ended = await tx.signIn.sessions.removeAll(session.person)
    await tx.signIn.requests.removeAll(session.person, tx.signIn.subjectOf(person.address))
    await record(tx, now, { ...about(session), action: 'session.ended', object: null, detail: { ended } })
  })
}
