import { normalizeAddress } from '../address.ts'
import { PortalError } from '../errors.ts'
import { newId, newSecret } from '../ids.ts'
import { newLetter } from '../letters/letter.ts'
import type { Parts, Settings } from '../parts.ts'
import type { Role, StaffMember } from '../staff.ts'
import type { Tx } from '../store.ts'
import { days, type Instant, toIso } from '../time.ts'
import { type Actor, OPERATOR, record } from '../trail/entry.ts'
import { tellAccount } from './account-letter.ts'
import { actorOf, findPerson } from './person.ts'
import { startSession } from './session.ts'
import type { PersonRef } from './store.ts'
import { hashToken, looksLikeToken } from './token.ts'
import type { Started } from './views.ts'

const LASTS = days(7)

export interface NewStaffMember {
  organization: string
  address: string
  name: string
  role: Role
  /** They have joined and lost every way in: what they had is taken away first. They are told, and their sessions end. */
  anew?: boolean
}

/**
 * Invites somebody to work for an organization, or invites them again before they have joined; `anew` afterwards, too. A letter goes to their address; the
 * link in it works once, within a week, and only lets them enrol.
 *
 * @param by - who invites; the operator at the command line unless said otherwise.
 * @returns link: the same as in the letter, shown once.
 * @throws PortalError `invalid` (address), `not_found` (organization), `conflict` when they have joined or are disabled.
 */
export async function inviteStaff(
  parts: Pick<Parts, 'store' | 'clock' | 'settings' | 'wakeOutbox'>,
  member: NewStaffMember,
  by: Actor = OPERATOR,
): Promise<{ id: string; link: string }> {
  const address = normalizeAddress(member.address)
  if (address === null) {
    const problem = 'Give one plain e-mail address, such as cole@example.com.'
    throw new PortalError('invalid', problem, { fields: [{ field: 'email', problem }] })
  }
  const now = parts.clock()
  const token = newSecret()
  const link = `${parts.settings.origin}/invitation/${token}`
  const id = await parts.store.transaction(async tx => {
    const organization = await tx.organizations.find(member.organization)
    if (organization === null) throw new PortalError('not_found', 'There is no such organization.')
    const { id } = await memberToInvite(tx, { ...member, address }, now)
    const person: PersonRef = { kind: 'staff', id, organization: organization.id }
    if (member.anew) await takeWaysIn(tx, parts.settings, now, person, by)
    const expiresAt = now + LASTS
    // Only the newest letter counts: whoever came in by an earlier one, and has set up nothing, is out.
    await tx.signIn.invitations.put({ tokenHash: hashToken(token), person, expiresAt })
    await tx.signIn.sessions.removeAll(person)
    await record(tx, now, {
      organization: organization.id,
      actor: by,
      action: 'staff.invited',
      object: id,
      detail: { role: member.role },
    })
    const { name, timeZone } = organization
    const values = { link, organization: name, until: toIso(expiresAt), timeZone }
    const order = { organization: organization.id, message: null, to: address, language: 'en', values }
    await tx.outbox.add(newLetter('invitation', order, now, parts.settings))
    return id
  })
  parts.wakeOutbox()
  return { id, link }
}

/**
 * Begins a session that may only enrol. The link is used up.
 *
 * @throws PortalError `wrong_sign_in` when it is none, was used, or its time is over.
 */
export async function acceptInvitation({ store, clock }: Parts, token: string): Promise<Started> {
  const now = clock()
  const sessionToken = await store.transaction(async tx => {
    const tokenHash = hashToken(token)
    const invited = looksLikeToken(token) ? await tx.signIn.invitations.find(tokenHash, now) : null
    const person = invited && (await findPerson(tx, invited))
    if (person === null || (await tx.signIn.factors.ofPerson(person.ref)).length > 0) return null
    const isSpent = await tx.signIn.invitations.spend(tokenHash, now)
    return isSpent ? startSession(tx, now, person.ref, 'mailbox', 'invitation') : null
  })
  if (sessionToken === null)
    throw new PortalError('wrong_sign_in', 'This invitation was used, or its time is over. Ask for a new one.')
  return { sessionToken, next: 'enrol' }
}

/**
 * Ends somebody's work for an organization: their sessions end with this transaction, and no way in works any more.
 *
 * @throws PortalError `not_found`.
 */
export async function disableStaff({ store, clock }: Parts, id: string, by: Actor = OPERATOR): Promise<void> {
  const now = clock()
  await store.transaction(async tx => {
    const member = await tx.staff.find(id)
    if (member === null) throw new PortalError('not_found', 'There is no such member of staff.')
    if (!(await tx.staff.disable(id, now))) return
    const person: PersonRef = { kind: 'staff', id, organization: member.organization }
    await tx.signIn.sessions.removeAll(person)
    await record(tx, now, { organization: member.organization, actor: by, action: 'staff.disabled', object: actorOf(person).id })
  })
}

/** The same address in the same organization is the same person; somebody who has joined already has their own way in. */
async function memberToInvite(tx: Tx, asked: NewStaffMember, now: Instant): Promise<StaffMember> {
  const { organization, address, name, role, anew } = asked
  const known = (await tx.staff.findByAddress(address)).find(member => member.organization === organization)
  if (known === undefined) {
    const member = { id: newId('stf', now), organization, address, name, role, createdAt: now, disabledAt: null }
    await tx.staff.add(member)
    return member
  }
  const factors = await tx.signIn.factors.ofPerson({ kind: 'staff', id: known.id, organization })
  if (known.disabledAt === null && known.role === role && (anew || factors.length === 0)) return known
  throw new PortalError(
    'conflict',
    'Somebody with this address has joined already, was disabled, or was invited for another role.',
  )
}

async function takeWaysIn(tx: Tx, settings: Settings, now: Instant, ref: PersonRef, actor: Actor): Promise<void> {
  const factors = await tx.signIn.factors.ofPerson(ref)
  const person = await findPerson(tx, ref)
  if (factors.length === 0 || person === null) return
  for (const { id, kind } of factors) {
    await tx.signIn.factors.remove(id)
    const about = { organization: ref.organization, actor, object: id }
    await record(tx, now, { ...about, action: 'factor.removed', detail: { factor: kind } })
  }
  await tx.signIn.sessions.removeAll(ref)
  await tx.signIn.requests.removeAll(ref, tx.signIn.subjectOf(person.address))
  await tellAccount(tx, settings, now, person, 'ways_in_removed')
}
