import { type AccountChange, newLetter } from '../letters/letter.ts'
import type { Settings } from '../parts.ts'
import type { Tx } from '../store.ts'
import { type Instant, toIso } from '../time.ts'
import type { Person } from './person.ts'

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
  const { ref, address, language, timeZone, organization } = person
  const values = { change, at: toIso(now), timeZone, organization: nameInLetters(person), phone: organization.phone }
  await tx.outbox.add(
    newLetter('account_change', { organization: ref.organization, message: null, to: address, language, values }, now, settings),
  )
}
