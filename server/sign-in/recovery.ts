import type { Settings } from '../parts.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import { type Actor, record } from '../trail/entry.ts'
import { tellAccount } from './account-letter.ts'
import { actorOf, type Person } from './person.ts'
import { type RecoveryStanding, recoveryStanding } from './recovery-times.ts'
import { about, endMailboxSessions } from './session.ts'
import type { PersonRef, Recovery, SessionRow } from './store.ts'

/** The recovery of this person that waits or is open; null when there is none. */
export async function recoveryUnderWay(
  tx: Tx,
  person: PersonRef,
  now: Instant,
): Promise<(Recovery & { standing: 'waiting' | 'open' }) | null> {
  const running = await tx.signIn.recoveries.running(person)
  const standing = running === null ? 'over' : recoveryStanding(running, now)
  return running === null || standing === 'over' ? null : { ...running, standing }
}

/**
 * Whether this session may choose a new way in for an account that has factors: its mailbox and a printed code were shown once the wait
 * was over. The mailbox alone never suffices, whoever started the recovery.
 */
export const mayRecover = ({ method }: SessionRow, recovery: { standing: RecoveryStanding } | null): boolean =>
  method === 'recovery' && recovery?.standing === 'open'

/** Ends what runs, and every session that rests on it; tells the address. False when nothing runs. Call `wakeOutbox` afterwards. */
export async function cancelRunning(tx: Tx, settings: Settings, now: Instant, person: Person, by: Actor): Promise<boolean> {
  const running = await tx.signIn.recoveries.running(person.ref)
  if (running === null || !(await tx.signIn.recoveries.end(running.id, 'cancelled', now))) return false
  const { organization, id } = person.ref
  await record(tx, now, { organization, actor: by, action: 'recovery.cancelled', object: running.id, detail: { person: id } })
  await endMailboxSessions(tx, now, person.ref)
  await tellAccount(tx, settings, now, person, 'recovery_cancelled')
  return true
}

/** The new way in is set up. Called with the session that set it up, in the transaction that adds the factor. */
export async function completeRecovery(
  tx: Tx,
  settings: Settings,
  now: Instant,
  session: SessionRow,
  person: Person,
): Promise<void> {
  const running = await tx.signIn.recoveries.running(person.ref)
  if (running === null || !(await tx.signIn.recoveries.end(running.id, 'completed', now))) {
    throw new TypeError('A recovery was completed that nobody is in.')
  }
  const actor = actorOf(person.ref)
  await record(tx, now, { ...about(session), actor, action: 'recovery.completed', object: running.id })
  await tellAccount(tx, settings, now, person, 'recovery_completed')
}
