import { expect, test } from 'vitest'
import { issueClaimCode } from '../../../server/sign-in/claim-code.ts'
import { days, hours } from '../../../server/time.ts'
import { clinicIn } from '../../support/clinic.ts'
import { ADA, BEN, refusalOf } from './door.ts'
import { cancelToken, changesNothing, lostPhone, NEW_PASSPHRASE, recoveryActions } from './lost-phone.ts'

/** Ada's clinic has checked who she is and given her a code. */
async function given(settings: { claimCodeDelay?: number } = {}) {
  const story = await lostPhone()
  const { at } = story
  Object.assign(at.parts.settings, settings)
  const where = { organization: at.organization.id, recipient: ADA.address }
  const claim = await issueClaimCode(at.parts, where)
  await at.deliver()
  return { ...story, where, claim }
}

test('a day after the desk gave it, the code and the mailbox let her set up a new way in, and the old ones stay listed', async () => {
  const { at, claim, person } = await given()
  expect(claim.code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
  expect([claim.opensAt - at.clock.read(), claim.closesAt - at.clock.read()]).toEqual([hours(24), days(7)])
  at.clock.set(claim.opensAt)
  const mailbox = await at.provesMailbox(ADA.address)
  expect((await at.portal.enrolment(mailbox)).recovery).toEqual({
    ...{ with: 'claim_code', opensAt: claim.opensAt, closesAt: claim.closesAt, isOpen: true },
  })
  const back = await at.whoIs(await at.portal.resumeRecovery(mailbox, claim.code.toLowerCase().replaceAll('-', ' ')))
  const { visitor } = await at.enrolsPrintedCodes(back, NEW_PASSPHRASE)
  expect(visitor).toMatchObject({ level: 'full', person })
  expect((await at.portal.factors(visitor)).map(({ kind }) => kind).sort()).toEqual(['passkey', 'passphrase', 'printed_code'])
  expect(await recoveryActions(at)).toEqual(['recovery.started', 'recovery.completed'])
  // Once: what it opened is over.
  expect(await refusalOf(at.portal.resumeRecovery(await at.provesMailbox(ADA.address), claim.code))).toBe('conflict')
})

test('before the wait is over, without the code, or with the mailbox alone, nothing can be changed', async () => {
  const { at, claim, codes } = await given()
  const early = await at.provesMailbox(ADA.address)
  expect(await refusalOf(at.portal.resumeRecovery(early, claim.code))).toBe('conflict')
  at.clock.set(claim.opensAt - 1)
  expect(await refusalOf(at.portal.resumeRecovery(await at.provesMailbox(ADA.address), claim.code))).toBe('conflict')
  at.clock.set(claim.opensAt)
  const late = await at.provesMailbox(ADA.address)
  expect(await refusalOf(at.portal.resumeRecovery(late, '0000-0000-0000'))).toBe('wrong_code')
  // Her sheet may be in other hands: where the clinic's code is asked for, no other counts.
  expect(await refusalOf(at.portal.resumeRecovery(late, codes[0]!))).toBe('wrong_code')
  expect(await changesNothing(at, late)).toEqual(new Set(['sign_in_required']))
})

test('the code is over seven days after it was given', async () => {
  const { at, claim } = await given()
  at.clock.set(claim.closesAt)
  expect(await refusalOf(at.portal.resumeRecovery(await at.provesMailbox(ADA.address), claim.code))).toBe('conflict')
  at.clock.set(claim.closesAt - 1)
  expect(await refusalOf(at.portal.resumeRecovery(await at.provesMailbox(ADA.address), claim.code))).toBe('nothing')
})

test('wrong codes are slowed down after five, and the clinic’s next code begins with a clean slate', async () => {
  const { at, claim, where } = await given()
  at.clock.set(claim.opensAt)
  const mailbox = await at.provesMailbox(ADA.address)
  for (let i = 0; i < 5; i++) expect(await refusalOf(at.portal.resumeRecovery(mailbox, '0000-0000-0000'))).toBe('wrong_code')
  expect(await refusalOf(at.portal.resumeRecovery(mailbox, claim.code))).toBe('too_many_attempts')
  const next = await issueClaimCode(at.parts, where)
  at.clock.set(next.opensAt)
  const again = await at.provesMailbox(ADA.address)
  expect(await refusalOf(at.portal.resumeRecovery(again, claim.code))).toBe('wrong_code')
  expect(await refusalOf(at.portal.resumeRecovery(again, next.code))).toBe('nothing')
})

test('her address is written to at once, and the letter’s link stops it', async () => {
  const { at, claim } = await given()
  const letter = at.mailbox.letterTo(ADA.address)
  expect(letter.text).toContain('asked North Clinic for a code')
  expect(letter.text).not.toContain(claim.code)
  expect(await at.portal.cancelRecoveryByLink(cancelToken(at))).toBe('cancelled')
  at.clock.set(claim.opensAt)
  expect(await refusalOf(at.portal.resumeRecovery(await at.provesMailbox(ADA.address), claim.code))).toBe('conflict')
  expect(await recoveryActions(at)).toEqual(['recovery.started', 'recovery.cancelled'])
})

test('whoever signs in meanwhile is told first, and can stop it', async () => {
  const { at, passkey } = await given()
  const started = await at.signsInByPasskey(passkey)
  expect(started).toMatchObject({ next: 'read', recoveryUnderWay: true })
  await at.portal.cancelRecovery(await at.whoIs(started))
  expect(await at.signsInByPasskey(passkey)).toMatchObject({ recoveryUnderWay: false })
})

test('the wait is as long as it was set', async () => {
  const { at, claim } = await given({ claimCodeDelay: hours(48) })
  expect([claim.opensAt - at.clock.read(), claim.closesAt - at.clock.read()]).toEqual([hours(48), days(7)])
})

test('the desk’s code takes the place of a recovery under way, whoever began it', async () => {
  const { at, codes } = await lostPhone()
  const before = await at.provesMailbox(ADA.address)
  await at.portal.startRecovery(before, codes[0]!)
  const claim = await issueClaimCode(at.parts, { organization: at.organization.id, recipient: before.person.id })
  expect(await recoveryActions(at)).toEqual(['recovery.started', 'recovery.cancelled', 'recovery.started'])
  at.clock.set(claim.opensAt)
  const mailbox = await at.provesMailbox(ADA.address)
  expect(await refusalOf(at.portal.resumeRecovery(mailbox, codes[0]!))).toBe('wrong_code')
  expect(await refusalOf(at.portal.resumeRecovery(mailbox, claim.code))).toBe('nothing')
})

test('it is given to the organization’s own patients who have a way in to lose, and to nobody else', async () => {
  const { at, person } = await lostPhone()
  const south = await clinicIn(at, 'South Clinic')
  await at.deposits('Letter', [BEN])
  const give = (organization: string, recipient: string) => refusalOf(issueClaimCode(at.parts, { organization, recipient }))
  const own = at.organization.id
  expect(await give('org_none', ADA.address)).toBe('not_found')
  expect(await give(own, 'nobody@example.com')).toBe('not_found')
  expect(await give(own, 'rcp_none')).toBe('not_found')
  expect(await give(south.organization.id, ADA.address)).toBe('not_found')
  expect(await give(south.organization.id, person.id)).toBe('not_found')
  expect(await give(own, 'not an address')).toBe('invalid')
  expect(await give(own, BEN.address)).toBe('conflict')
  expect(await recoveryActions(at)).toEqual([])
})
