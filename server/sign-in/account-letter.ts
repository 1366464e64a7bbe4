import { type AccountChange, newLetter } from '../letters/letter.ts'
import type { Settings } from '../parts.ts'
import type { Tx } from '../store.ts'
import { type Instant, toIso } from '../time.ts'
import type { Person } from './person.ts'
import { closesAt, startedWith } from './recovery-times.ts'
import type { Recovery } from './store.ts'

/** The organization's name, or nothing where naming it in a letter could tell what somebody is treated for. */
export const nameInLetters = ({ ref, organization }: Person): string =>
  organization.namedInNotices || ref.kind === 'staff' ? organization.name : ''

/** Tells every address of the account what was changed about it. Call `wakeOutbox` after the transaction. */
export async function tellAccount(
  tx: Tx,
  settings: Settings,
  now: Instant,
  person: Person,
  change: AccountChange,
): Promise<void> {
  await tx.outbox.add(newLetter('account_change', orderTo(person, { change, ...facts(person, now) }), now, settings))
}

/** Tells every address of the account that somebody wants back in, and how to stop it. Call `wakeOutbox` after the transaction. */
export async function tellRecoveryStarted(
  tx: Tx,
  settings: Settings,
  now: Instant,
  person: Person,
  { link, recovery }: { link: string; recovery: Recovery },
): Promise<void> {
  const times = { opensAt: toIso(recovery.opensAt), closesAt: toIso(closesAt(recovery)) }
  const values = { link, with: startedWith(recovery), ...times, ...facts(person, now) }
  await tx.outbox.add(newLetter('recovery_started', orderTo(person, values), now, settings))
}

/** Tells every address of the account that somebody signed in from a browser that is new to it. Call `wakeOutbox` after the transaction. */
export async function tellNewSignIn(tx: Tx, settings: Settings, now: Instant, person: Person): Promise<void> {
  await tx.outbox.add(newLetter('new_sign_in', orderTo(person, facts(person, now)), now, settings))
}

const facts = (person: Person, now: Instant) => ({
  at: toIso(now),
  timeZone: person.timeZone,
  organization: nameInLetters(person),
  phone: person.organization.phone,
})

const orderTo = <V>({ ref, address, language }: Person, values: V) => ({
  organization: ref.organization,
  message: null,
  to: address,
  language,
  values,
})
