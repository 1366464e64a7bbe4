import { PortalError } from '../errors.ts'
import type { AccountChange } from '../letters/letter.ts'
import type { Message } from '../message.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import { record } from '../trail/entry.ts'
import { nameInLetters, tellAccount } from './account-letter.ts'
import { confirmationsOwed } from './confirmation.ts'
import { newFactor } from './factor.ts'
import { actorOf, type Person } from './person.ts'
import { newPrintedCodes, plainPrintedCode } from './printed-code.ts'
import { NOT_SAID_YET } from './printed-sheet.ts'
import { cancelRunning, completeRecovery, mayRecover, recoveryUnderWay } from './recovery.ts'
import { closesAt, startedWith } from './recovery-times.ts'
import { endAllBut, isFresh, replaceSession, requireSession } from './session.ts'
import type { Factor, FactorKind, Method, PendingEnrolment, SessionRow } from './store.ts'
import { hashToken } from './token.ts'
import type { Enrolment, Started } from './views.ts'
import type { Visitor } from './visitor.ts'

/** Somebody who may enrol now, with what they have already. */
export interface Enrolling {
  session: SessionRow
  person: Person
  factors: Factor[]
  pending: PendingEnrolment
}

/** What somebody has to do, or may do, about their factors. */
export async function enrolment({ store, clock }: Parts, visitor: Visitor): Promise<Enrolment> {
  const now = clock()
  return store.read(async tx => {
    const { session, person, factors, owed, recovery, refusal } = await standingOf(tx, visitor, now)
    const { organization, ref } = person
    return {
      mayEnrol: refusal === null,
      factors: [...new Set(factors.map(({ kind }) => kind))],
      needsConfirmation: owed[0]?.needsConfirmation ?? null,
      // Whoever reads somebody's mail learns here no more than the mail may say.
      organization: session.level === 'full' ? organization.name : nameInLetters(person),
      phone: organization.phone,
      kind: ref.kind,
      passphraseChosen: (await tx.signIn.enrolments.find(session.tokenHash))?.passphrase != null,
      recovery: recovery && {
        with: startedWith(recovery),
        opensAt: recovery.opensAt,
        closesAt: closesAt(recovery),
        isOpen: recovery.standing === 'open',
      },
    }
  })
}

/**
 * @throws PortalError `sign_in_required`: not signed in, or the account has factors and must be entered with them;
 * `fresh_sign_in_required`; `confirmation_required`; `forbidden`: staff come by their invitation.
 */
export async function requireEnrolling(tx: Tx, visitor: Visitor, now: Instant): Promise<Enrolling> {
  const { session, person, factors, refusal } = await standingOf(tx, visitor, now)
  if (refusal !== null) throw refusal
  const { tokenHash } = session
  const none = { tokenHash, person: person.ref, passphrase: null, totpSecret: null, challenge: null, createdAt: now }
  return { session, person, factors, pending: (await tx.signIn.enrolments.find(tokenHash)) ?? none }
}

/** All that decides whether somebody may enrol. */
interface Standing {
  session: SessionRow
  person: Person
  factors: Factor[]
  /** Messages whose sender wants to know first that this is the right person. */
  owed: Message[]
  recovery: Awaited<ReturnType<typeof recoveryUnderWay>>
}

async function standingOf(tx: Tx, visitor: Visitor, now: Instant): Promise<Standing & { refusal: PortalError | null }> {
  const { session, person } = await requireSession(tx, visitor, now)
  const factors = await tx.signIn.factors.ofPerson(person.ref)
  const owed = await confirmationsOwed(tx, person)
  const recovery = await recoveryUnderWay(tx, person.ref, now)
  const all = { session, person, factors, owed, recovery }
  return { ...all, refusal: refusalFor(all, now) }
}

function refusalFor({ session, person, factors, owed, recovery }: Standing, now: Instant): PortalError | null {
  if (session.level === 'full') {
    if (isFresh(session, now)) return null
    return new PortalError('fresh_sign_in_required', 'To change how you sign in, please sign in once more first.')
  }
  // A mailbox alone never changes an account that has a way in.
  if (factors.length > 0 && !mayRecover(session, recovery)) {
    return new PortalError('sign_in_required', 'Please sign in the way you chose before.')
  }
  if (person.ref.kind === 'staff' && session.method !== 'invitation') {
    return new PortalError('forbidden', 'Please use the link in your invitation. If it no longer works, ask for a new one.')
  }
  if (owed.length > 0) return new PortalError('confirmation_required', 'Please confirm who you are first.')
  return null
}

/** What was added, and how far it goes by itself. */
export interface Added {
  factors: { id: string; kind: FactorKind }[]
  changes: AccountChange[]
  method: Method
  printedCodes?: string[]
}

/**
 * Ends an enrolment: a new session in the place of the old one and of all others, trail entries, a letter for each change. A recipient
 * who has no printed codes gets them, to be shown once.
 */
export async function completeEnrolment(
  tx: Tx,
  parts: Parts,
  now: Instant,
  { session, person, factors }: Enrolling,
  added: Added,
): Promise<Started & { printedCodes: string[] }> {
  const { ref } = person
  const codes = added.printedCodes === undefined ? await firstPrintedCodes(tx, person, now) : null
  const all = [...added.factors, ...(codes?.factors ?? [])]
  await tx.signIn.enrolments.remove(session.tokenHash)
  const sessionToken = await replaceSession(tx, now, session, added.method)
  await endAllBut(tx, person, hashToken(sessionToken))
  const method = session.level === 'full' ? session.method : added.method
  const about = { organization: ref.organization, actor: actorOf(ref), level: 'full', method } as const
  for (const { id, kind } of all)
    await record(tx, now, { ...about, action: 'factor.added', object: id, detail: { factor: kind } })
  if (ref.kind === 'staff' && factors.length === 0) await record(tx, now, { ...about, action: 'staff.joined', object: ref.id })
  for (const change of added.changes) await tellAccount(tx, parts.settings, now, person, change)
  if (session.method === 'recovery') await completeRecovery(tx, parts.settings, now, session, person)
  // The sheet that a recovery was started with no longer counts.
  else if (added.printedCodes) await cancelRunning(tx, parts.settings, now, person, actorOf(ref))
  const printedCodes = added.printedCodes ?? codes?.printedCodes ?? []
  return { sessionToken, next: ref.kind === 'staff' ? 'work' : 'read', printedCodes }
}

async function firstPrintedCodes(tx: Tx, person: Person, now: Instant) {
  const needsThem = person.ref.kind === 'recipient' && (await tx.signIn.printedCodes.remaining(person.ref)) === 0
  return needsThem ? issuePrintedCodes(tx, person, now) : null
}

/** Ten new codes in the place of all earlier ones. */
export async function issuePrintedCodes(
  tx: Tx,
  person: Person,
  now: Instant,
): Promise<{ printedCodes: string[]; factors: { id: string; kind: FactorKind }[] }> {
  const printedCodes = newPrintedCodes()
  await tx.signIn.printedCodes.replace(person.ref, printedCodes.map(plainPrintedCode), now)
  // The codes have a table of their own; this stands for them among the factors.
  const factor = await putFactor(tx, person, 'printed_code', NOT_SAID_YET, now)
  return { printedCodes, factors: [factor] }
}

/** Keeps a factor in the place of any of its kind, with a clean slate for wrong tries. */
export async function putFactor(
  tx: Tx,
  person: Person,
  kind: Exclude<FactorKind, 'passkey'>,
  secret: string,
  now: Instant,
  counter = 0,
): Promise<Factor> {
  for (const old of await tx.signIn.factors.ofPerson(person.ref, kind)) await tx.signIn.factors.remove(old.id)
  const factor = newFactor(person.ref, kind, secret, now, { counter })
  await tx.signIn.factors.add(factor)
  await tx.signIn.attempts.clear(tx.signIn.subjectOf(person.address), kind)
  return factor
}
