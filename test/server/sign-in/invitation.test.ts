import { expect, test } from 'vitest'
import { disableStaff, inviteStaff } from '../../../server/sign-in/invitation.ts'
import { days } from '../../../server/time.ts'
import { clinicIn, startedOf } from '../../support/clinic.ts'
import { locatorIn } from '../../support/mailbox.ts'
import { ADA, door, doorWithMessage, PASSPHRASE, refusalOf } from './door.ts'

test('an invitation begins a session that may only enrol; then they work', async () => {
  const at = await door()
  const { id, token, address } = await at.invites('Dr. Cole')
  await at.deliver()
  expect(at.mailbox.letterTo(address).text).toContain(`/invitation/${token}`)
  const started = await at.portal.acceptInvitation(token)
  expect(started.next).toBe('enrol')
  const invited = await at.whoIs(started)
  expect(invited).toMatchObject({ level: 'mailbox', method: 'invitation', role: 'provider', name: 'Dr. Cole' })
  const { visitor, key, codes } = await at.enrolsApp(invited)
  expect(visitor).toMatchObject({ level: 'full', method: 'passphrase+totp' })
  expect(codes).toEqual([])
  expect((await at.signsInByApp(address, key)).next).toBe('work')
  expect((await at.trailOf(id)).map(({ action }) => action)).toEqual(['staff.invited', 'staff.joined'])
})

test('an invitation works once, for a week', async () => {
  const at = await door()
  const { token } = await at.invites('Dr. Cole')
  const tries = await Promise.all(Array.from({ length: 20 }, () => refusalOf(at.portal.acceptInvitation(token))))
  expect(tries.filter(refusal => refusal === 'nothing')).toHaveLength(1)
  expect(await refusalOf(at.portal.acceptInvitation(token))).toBe('wrong_sign_in')
  const late = await at.invites('Dr. Moss')
  at.clock.advance(days(7))
  expect(await refusalOf(at.portal.acceptInvitation(late.token))).toBe('wrong_sign_in')
  for (const made of ['', 'x', 'A'.repeat(43)]) expect(await refusalOf(at.portal.acceptInvitation(made))).toBe('wrong_sign_in')
})

test('somebody who has not joined is invited again as the same person; somebody who has, is not', async () => {
  const at = await door()
  const first = await at.invites('Dr. Cole')
  const again = await at.invites('Dr. Cole')
  expect(again.id).toBe(first.id)
  await at.enrolsPasskey(await at.whoIs(await at.portal.acceptInvitation(again.token)))
  expect(await refusalOf(at.invites('Dr. Cole'))).toBe('conflict')
  expect(await refusalOf(at.portal.acceptInvitation(first.token))).toBe('wrong_sign_in')
})

test('a new invitation ends the ones before, and whatever was begun with them', async () => {
  const at = await door()
  const first = await at.invites('Dr. Cole')
  const begun = await at.whoIs(await at.portal.acceptInvitation(first.token))
  const second = await at.invites('Dr. Cole')
  expect(await refusalOf(at.portal.choosePassphrase(begun, PASSPHRASE))).toBe('sign_in_required')
  const third = await at.invites('Dr. Cole')
  const other = await at.invites('Dr. Moss')
  expect(await refusalOf(at.portal.acceptInvitation(second.token))).toBe('wrong_sign_in')
  expect(await refusalOf(at.portal.acceptInvitation(third.token))).toBe('nothing')
  expect(await refusalOf(at.portal.acceptInvitation(other.token))).toBe('nothing')
})

test('staff who lost every way in are invited anew: what they had is gone, they are told, and they choose again', async () => {
  const at = await door()
  const { id, token, address } = await at.invites('Dr. Cole')
  const { visitor, passkey } = await at.enrolsPasskey(await at.whoIs(await at.portal.acceptInvitation(token)))
  const order = { organization: at.organization.id, address, name: 'Dr. Cole', role: 'provider' as const }
  expect(await refusalOf(inviteStaff(at.parts, { ...order, role: 'administrator', anew: true }))).toBe('conflict')
  expect((await at.portal.factors(visitor)).map(({ kind }) => kind)).toEqual(['passkey'])
  const again = await inviteStaff(at.parts, { ...order, anew: true })
  expect(again.id).toBe(id)
  expect(await refusalOf(at.portal.factors(visitor))).toBe('sign_in_required')
  expect(await refusalOf(at.signsInByPasskey(passkey))).toBe('wrong_sign_in')
  await at.deliver()
  expect(at.mailbox.lettersTo(address).some(({ text }) => text.includes('All your ways to sign in were taken away'))).toBe(true)
  const back = await at.whoIs(await at.portal.acceptInvitation(again.link.split('/').at(-1)!))
  expect((await at.enrolsPasskey(back)).visitor).toMatchObject({ level: 'full', role: 'provider' })
})

test('an invitation to nowhere, to no address or for a disabled person is refused', async () => {
  const at = await door()
  const order = { organization: at.organization.id, address: 'cole@example.com', name: 'Dr. Cole', role: 'provider' as const }
  expect(await refusalOf(inviteStaff(at.parts, { ...order, address: 'cole@example.com, eve@example.com' }))).toBe('invalid')
  expect(await refusalOf(inviteStaff(at.parts, { ...order, organization: 'org_none' }))).toBe('not_found')
  const { id, link } = await inviteStaff(at.parts, order)
  await disableStaff(at.parts, id)
  expect(await refusalOf(at.portal.acceptInvitation(link.split('/').at(-1)!))).toBe('wrong_sign_in')
  expect(await refusalOf(inviteStaff(at.parts, order))).toBe('conflict')
  expect(await refusalOf(disableStaff(at.parts, 'stf_none'))).toBe('not_found')
})

test('staff cannot enrol from their mailbox alone, nor with printed codes', async () => {
  const at = await door()
  const { token, address } = await at.invites('Dr. Cole')
  const byMailbox = await at.provesMailbox(address)
  expect(await at.portal.enrolment(byMailbox)).toMatchObject({ kind: 'staff', mayEnrol: false })
  expect(await refusalOf(at.portal.choosePassphrase(byMailbox, PASSPHRASE))).toBe('forbidden')
  const invited = await at.whoIs(await at.portal.acceptInvitation(token))
  await at.portal.choosePassphrase(invited, PASSPHRASE)
  expect(await refusalOf(at.portal.enrolPrintedCodes(invited))).toBe('forbidden')
})

test('the same address in two clinics is two people: a notice’s link says which', async () => {
  const at = await doorWithMessage()
  const south = await clinicIn(at, 'South Clinic')
  await south.deposits('Letter', [ADA])
  await at.deliver()
  const locators = at.mailbox.lettersTo(ADA.address).map(locatorIn)
  const organizations = new Set<string>()
  for (const locator of locators) {
    const { requestToken } = await at.portal.beginSignIn({ locator, address: ADA.address })
    await at.portal.sendMailboxCode(requestToken)
    const proven = await at.portal.enterMailboxCode(requestToken, await at.newestCode(ADA.address))
    const visitor = await at.whoIs(startedOf(proven))
    organizations.add((await at.portal.enrolment(visitor)).organization)
    at.clock.advance(1)
  }
  expect(organizations).toEqual(new Set(['North Clinic', 'South Clinic']))
})

test('a locator that leads nowhere is answered like one that does', async () => {
  const at = await doorWithMessage()
  const known = locatorIn(at.mailbox.letterTo(ADA.address))
  const answersFor = async (locator: string) => {
    const { requestToken } = await at.portal.beginSignIn({ locator })
    const { reference } = await at.portal.sendMailboxCode(requestToken)
    const wrong = locator === known && (await at.newestCode(ADA.address)) === '000000' ? '111111' : '000000'
    const refused = await refusalOf(at.portal.enterMailboxCode(requestToken, wrong))
    return [requestToken.length, reference.replace(/[A-Z]/, 'A').replace(/\d/g, '0'), refused]
  }
  const answers = await answersFor(known)
  expect(answers).toEqual([43, 'A0-00', 'wrong_code'])
  for (const unknown of ['A'.repeat(43), 'x', '']) expect(await answersFor(unknown)).toEqual(answers)
})
