import { PortalError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { AccountChange } from '../letters/letter.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import { record } from '../trail/entry.ts'
import { tellAccount } from './account-letter.ts'
import type { Passkey } from './passkey.ts'
import { actorOf, type Person } from './person.ts'
import { cancelRunning } from './recovery.ts'
import { endAllBut, requireSession } from './session.ts'
import type { Factor, FactorKind, PersonRef } from './store.ts'
import type { FactorLine } from './views.ts'
import type { Visitor } from './visitor.ts'

/** A person's factor of a kind of which there is one at most. */
export async function factorOf(tx: Tx, person: PersonRef | null, kind: Exclude<FactorKind, 'passkey'>): Promise<Factor | null> {
  if (person === null) return null
  return (await tx.signIn.factors.ofPerson(person, kind))[0] ?? null
}

/** What is sealed in a passkey's factor. */
export const passkeyOf = (factor: Factor): Passkey => JSON.parse(factor.secret) as Passkey

/** A factor that has just been proven or made. `counter`: the time step or signature count it starts from. */
export function newFactor(person: PersonRef, kind: FactorKind, secret: string, now: Instant, more: Partial<Factor> = {}): Factor {
  return { id: newId('fac', now), person, kind, secret, label: '', createdAt: now, lastUsedAt: null, counter: 0, ...more }
}

export async function factors({ store, clock }: Parts, visitor: Visitor): Promise<FactorLine[]> {
  const now = clock()
  return store.read(async tx => {
    const { person } = await requireSession(tx, visitor, now, 'full')
    const own = await tx.signIn.factors.ofPerson(person.ref)
    return own.map(({ id, kind, label, createdAt, lastUsedAt }) => ({ id, kind, label, createdAt, lastUsedAt }))
  })
}

/**
 * Takes a factor away, tells the account's address, and ends every other session of this person.
 *
 * @throws PortalError `fresh_sign_in_required`, `not_found`, `conflict` when it is needed for the last complete way in.
 */
export async function removeFactor(parts: Parts, visitor: Visitor, id: string): Promise<void> {
  const now = parts.clock()
  await parts.store.transaction(async tx => {
    const { session, person } = await requireSession(tx, visitor, now, 'fresh')
    const own = await tx.signIn.factors.ofPerson(person.ref)
    const factor = own.find(each => each.id === id)
    if (factor === undefined) throw new PortalError('not_found', 'There is no such way to sign in.')
    if (
      !(await hasWayIn(
        tx,
        person,
        own.filter(each => each.id !== id),
      ))
    ) {
      throw new PortalError('conflict', 'This is your only way to sign in. Add another one first.')
    }
    await tx.signIn.factors.remove(id)
    if (factor.kind === 'printed_code') {
      await tx.signIn.printedCodes.replace(person.ref, [], now)
      // The sheet that a recovery was started with no longer counts.
      await cancelRunning(tx, parts.settings, now, person, actorOf(person.ref))
    }
    await endAllBut(tx, person, session.tokenHash)
    const { level, method } = session
    const about = { organization: person.ref.organization, actor: actorOf(person.ref), level, method }
    await record(tx, now, { ...about, action: 'factor.removed', object: id, detail: { factor: factor.kind } })
    await tellAccount(tx, parts.settings, now, person, REMOVED[factor.kind])
  })
  parts.wakeOutbox()
}

const REMOVED: Record<FactorKind, AccountChange> = {
  passkey: 'passkey_removed',
  passphrase: 'passphrase_removed',
  totp: 'authenticator_removed',
  printed_code: 'printed_codes_removed',
}

/** Whether these factors are enough to sign in with: a passkey, or a passphrase and a second factor, none of them switched off. */
async function hasWayIn(tx: Tx, person: Person, factors: Factor[]): Promise<boolean> {
  const subject = tx.signIn.subjectOf(person.address)
  const works = async (kind: Exclude<FactorKind, 'passkey'>): Promise<boolean> =>
    factors.some(factor => factor.kind === kind) && (await tx.signIn.attempts.get(subject, kind)).disabledAt === null
  if (factors.some(({ kind }) => kind === 'passkey')) return true
  if (!(await works('passphrase'))) return false
  if (await works('totp')) return true
  const hasCodes = person.ref.kind === 'recipient' && (await tx.signIn.printedCodes.remaining(person.ref)) > 0
  return hasCodes && (await works('printed_code'))
}
