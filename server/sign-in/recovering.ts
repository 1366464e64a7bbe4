import { PortalError } from '../errors.ts'
import { newId, newSecret } from '../ids.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import { record, VISITOR } from '../trail/entry.ts'
import { tellRecoveryStarted } from './account-letter.ts'
import { countedTry, type Tried } from './attempts.ts'
import { actorOf, findPerson, type Person } from './person.ts'
import { looksLikePrintedCode, plainPrintedCode } from './printed-code.ts'
import { cancelRunning, recoveryUnderWay } from './recovery.ts'
import { RECOVERY_DELAY, startedWith } from './recovery-times.ts'
import { about, endSession, requireSession, startSession } from './session.ts'
import type { Recovery, SessionRow } from './store.ts'
import { hashToken, looksLikeToken } from './token.ts'
import type { Started } from './views.ts'
import type { Visitor } from './visitor.ts'

/**
 * Somebody who proved their mailbox spends a printed code, because every other way in is lost. Nothing opens yet: a day has to pass, and
 * the account's address gets a letter that can stop it. Somebody who has no codes is answered as if theirs were wrong.
 *
 * @returns opensAt: from when on the code, entered once more, lets them choose a new way to sign in.
 * @throws PortalError `wrong_code`, `too_many_attempts`, `sign_in_required`; `forbidden` for staff, who are invited anew; `conflict` while
 * one is under way, which neither shortens nor lengthens it, or when they have signed in with two factors.
 */
export async function startRecovery(parts: Parts, visitor: Visitor, typed: string): Promise<{ opensAt: Instant }> {
  const code = plainPrintedCode(typed)
  const started = await tryCode(parts, visitor, requireNone, async (tx, { session, person }, now) => {
    if (!(await spendPrintedCode(tx, person, code, now))) return null
    return begin(tx, parts, now, session, person, code)
  })
  parts.wakeOutbox()
  return started
}

/**
 * The wait is over: mailbox and code are shown once more, so that nobody who merely reads along in the mailbox gets in by waiting. A printed
 * code that it was started with counts for this too, for it may be somebody's last; of one that the desk started, the desk's code alone.
 *
 * @returns a session that may do nothing but enrol.
 * @throws PortalError as {@link startRecovery}; `conflict` when none is open.
 */
export async function resumeRecovery(parts: Parts, visitor: Visitor, typed: string): Promise<Started> {
  const code = plainPrintedCode(typed)
  return tryCode(parts, visitor, requireOpen, async (tx, { session, person, recovery }, now) => {
    const isRight =
      (await tx.signIn.recoveries.wasStartedWith(recovery.id, code)) ||
      // The clinic checked whoever got its code, and nobody who has a sheet: where that code is asked for, no other counts.
      (startedWith(recovery) === 'printed_code' && (await spendPrintedCode(tx, person, code, now)))
    if (!isRight) return null
    await endSession(tx, now, session)
    return { sessionToken: await startSession(tx, now, person.ref, 'mailbox', 'recovery'), next: 'enrol' as const }
  })
}

/** Stops whatever recovery runs; for somebody who signed in with two factors and did not start it. Nothing happens when none runs. */
export async function cancelRecovery(parts: Parts, visitor: Visitor): Promise<void> {
  const now = parts.clock()
  await parts.store.transaction(async tx => {
    const { person } = await requireSession(tx, visitor, now, 'full')
    await cancelRunning(tx, parts.settings, now, person, actorOf(person.ref))
  })
  parts.wakeOutbox()
}

/**
 * Stops it by the link in the letter. An earlier letter's link stops a later recovery, too: whoever holds one does not want any.
 *
 * @returns `completed`: too late, somebody has set up a new way in.
 * @throws PortalError `not_found` when no letter ever held this token.
 */
export async function cancelRecoveryByLink(parts: Parts, token: string): Promise<'cancelled' | 'completed'> {
  const now = parts.clock()
  const outcome = await parts.store.transaction(async tx => {
    const recovery = looksLikeToken(token) ? await tx.signIn.recoveries.findByCancelHash(hashToken(token)) : null
    const person = recovery && (await findPerson(tx, recovery.person))
    if (recovery === null || person === null) throw new PortalError('not_found', 'This link is not complete.')
    const isStopped = await cancelRunning(tx, parts.settings, now, person, VISITOR)
    return !isStopped && recovery.state === 'completed' ? 'completed' : 'cancelled'
  })
  parts.wakeOutbox()
  return outcome
}

interface Recovering {
  session: SessionRow
  person: Person
}

/** One counted try at a printed code, for somebody who may make one: asked before, and again in the transaction that decides. */
async function tryCode<R, T>(
  parts: Parts,
  visitor: Visitor,
  require: (tx: Tx, person: Person, now: Instant) => Promise<R>,
  win: (tx: Tx, who: Recovering & { recovery: R }, now: Instant) => Promise<T | null>,
): Promise<T> {
  const admit = async (tx: Tx, now: Instant) => {
    const who = await requireMailbox(tx, visitor, now)
    return { ...who, recovery: await require(tx, who.person, now) }
  }
  const tried = await parts.store.read(async tx => triedBy(tx, await admit(tx, parts.clock())))
  const won = await countedTry(parts, tried, async (tx, now) => win(tx, await admit(tx, now), now))
  if (won === null) throw new PortalError('wrong_code', 'That code is not right, or it was used before. Check it and try again.')
  return won
}

const triedBy = (tx: Tx, { person: { ref, address } }: Recovering): Tried => ({
  factor: 'recovery_code',
  subject: tx.signIn.subjectOf(address),
  people: [ref],
})

async function requireMailbox(tx: Tx, visitor: Visitor, now: Instant): Promise<Recovering> {
  const { session, person } = await requireSession(tx, visitor, now)
  if (person.ref.kind === 'staff') {
    throw new PortalError('forbidden', 'Printed codes are for patients. Ask your administrator for a new invitation.')
  }
  if (session.level === 'full') throw new PortalError('conflict', 'You are signed in. Add a new way to sign in in your settings.')
  return { session, person }
}

async function requireNone(tx: Tx, { ref }: Person, now: Instant): Promise<void> {
  if ((await recoveryUnderWay(tx, ref, now)) !== null) throw new PortalError('conflict', 'A way back in is under way already.')
}

async function requireOpen(tx: Tx, { ref }: Person, now: Instant): Promise<Recovery> {
  const recovery = await recoveryUnderWay(tx, ref, now)
  if (recovery?.standing !== 'open') throw new PortalError('conflict', 'It is too early, or the time for it is over.')
  return recovery
}

async function spendPrintedCode(tx: Tx, { ref }: Person, code: string, now: Instant): Promise<boolean> {
  if (!looksLikePrintedCode(code) || !(await tx.signIn.printedCodes.spend(ref, code, now))) return false
  for (const { id } of await tx.signIn.factors.ofPerson(ref, 'printed_code')) await tx.signIn.factors.markUsed(id, now)
  return true
}

async function begin(
  tx: Tx,
  { settings }: Parts,
  now: Instant,
  session: SessionRow,
  person: Person,
  code: string,
): Promise<{ opensAt: Instant }> {
  // One that nobody came back to, or whose age is unknown, makes room.
  const earlier = await tx.signIn.recoveries.running(person.ref)
  if (earlier !== null) await tx.signIn.recoveries.end(earlier.id, 'over', now)
  const token = newSecret()
  const opensAt = now + RECOVERY_DELAY
  const id = newId('rec', now)
  const times = { startedAt: now, opensAt, state: 'running', endedAt: null } as const
  const recovery: Recovery = { id, person: person.ref, cancelHash: hashToken(token), ...times }
  await tx.signIn.recoveries.add(recovery, code)
  await record(tx, now, { ...about(session), action: 'recovery.started', object: id })
  await tellRecoveryStarted(tx, settings, now, person, { link: `${settings.origin}/recovery/${token}`, recovery })
  return { opensAt }
}
