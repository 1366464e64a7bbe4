import { normalizeAddress } from '../address.ts'
import { PortalError } from '../errors.ts'
import { newId, newSecret } from '../ids.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import { type Actor, OPERATOR, record } from '../trail/entry.ts'
import { tellRecoveryStarted } from './account-letter.ts'
import { findPerson, type Person } from './person.ts'
import { newPrintedCode, plainPrintedCode } from './printed-code.ts'
import { closesAt, RECOVERY_DELAY } from './recovery-times.ts'
import { endMailboxSessions } from './session.ts'
import type { Recovery } from './store.ts'
import { hashToken } from './token.ts'

/** What the desk hands out. */
export interface ClaimCode {
  /** Shown once, and kept as a keyed hash. */
  code: string
  /** From then on it counts, together with a code that is e-mailed. */
  opensAt: Instant
  closesAt: Instant
}

/**
 * Makes a code for somebody who lost every way in, after the clinic has checked who is asking. It opens nothing yet: a day has to pass, and
 * the account's address gets a letter that can stop it. A code or a recovery from before counts no more. What they have stays as it is.
 *
 * @param whose - `recipient`: their address, or their id (`rcp_…`).
 * @param by - who hands it out; the operator at the command line unless said otherwise.
 * @throws PortalError `invalid` (address), `not_found` (organization, or no patient of it), `conflict`: they have set up no way in yet.
 */
export async function issueClaimCode(
  parts: Pick<Parts, 'store' | 'clock' | 'settings' | 'wakeOutbox'>,
  whose: { organization: string; recipient: string },
  by: Actor = OPERATOR,
): Promise<ClaimCode> {
  const now = parts.clock()
  const code = newPrintedCode()
  const token = newSecret()
  const opensAt = now + (parts.settings.claimCodeDelay ?? RECOVERY_DELAY)
  const link = `${parts.settings.origin}/recovery/${token}`
  const times = { startedAt: now, opensAt, state: 'running', endedAt: null } as const
  const claim = await parts.store.transaction(async tx => {
    const person = await patientOf(tx, whose)
    if ((await tx.signIn.factors.ofPerson(person.ref)).length === 0) throw needsNone()
    await endEarlier(tx, now, person, by)
    const claim: Recovery = { id: newId('clm', now), person: person.ref, cancelHash: hashToken(token), ...times }
    await tx.signIn.recoveries.add(claim, plainPrintedCode(code))
    await tx.signIn.attempts.clear(tx.signIn.subjectOf(person.address), 'recovery_code')
    const { organization, id } = person.ref
    const detail = { person: id, with: 'claim_code' }
    await record(tx, now, { organization, actor: by, action: 'recovery.started', object: claim.id, detail })
    await tellRecoveryStarted(tx, parts.settings, now, person, { link, recovery: claim })
    return claim
  })
  parts.wakeOutbox()
  return { code, opensAt, closesAt: closesAt(claim) }
}

async function patientOf(tx: Tx, { organization, recipient }: { organization: string; recipient: string }): Promise<Person> {
  if ((await tx.organizations.find(organization)) === null) throw notFound('There is no such organization.')
  const found = recipient.startsWith('rcp_')
    ? await tx.recipients.find(recipient)
    : await tx.recipients.findInOrganization(organization, plainAddress(recipient))
  // Another organization's is not there.
  const isTheirs = found !== null && found.organization === organization
  const person = isTheirs ? await findPerson(tx, { kind: 'recipient', id: found.id, organization }) : null
  if (person === null) throw notFound('No patient of this organization has this address or id.')
  return person
}

function plainAddress(typed: string): string {
  const address = normalizeAddress(typed)
  if (address !== null) return address
  const problem = 'Give one plain e-mail address, such as ada@example.com, or an id that begins with rcp_.'
  throw new PortalError('invalid', problem, { fields: [{ field: 'recipient', problem }] })
}

/** Of two ways back in, the one that the desk has just checked counts; whoever came in by the other is out. */
async function endEarlier(tx: Tx, now: Instant, { ref }: Person, actor: Actor): Promise<void> {
  const earlier = await tx.signIn.recoveries.running(ref)
  if (earlier === null || !(await tx.signIn.recoveries.end(earlier.id, 'over', now))) return
  const about = { organization: ref.organization, actor, object: earlier.id }
  await record(tx, now, { ...about, action: 'recovery.cancelled', detail: { person: ref.id } })
  await endMailboxSessions(tx, now, ref)
}

const notFound = (sentence: string) => new PortalError('not_found', sentence)
const needsNone = () =>
  new PortalError('conflict', 'They have not set up a way to sign in yet: a code that is e-mailed lets them do so.')
