import { expect, test } from 'vitest'
import { type Lies, softwarePasskey } from '../../support/software-passkey.ts'
import { ORIGIN } from '../../support/whole-portal.ts'
import { ADA, BEN, doorWithMessage, refusalOf } from './door.ts'

test('a passkey enrolled after the mailbox was proven opens the portal, then and later', async () => {
  const at = await doorWithMessage()
  const { visitor, passkey, codes } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  expect(visitor).toMatchObject({ level: 'full', method: 'passkey', name: 'Ada Lopez' })
  expect(codes).toHaveLength(10)
  const again = await at.signsInByPasskey(passkey)
  expect(again.next).toBe('read')
  expect(await at.whoIs(again)).toMatchObject({ level: 'full', method: 'passkey' })
})

const WRONG_REGISTRATIONS: [string, Lies][] = [
  ['from another origin', { origin: 'https://evil.example' }],
  ['from another port of the same host', { origin: 'http://localhost:3001' }],
  ['from inside a frame of another site', { crossOrigin: true }],
  ['with a top origin, whatever it is', { topOrigin: ORIGIN }],
  ['of the other ceremony', { type: 'webauthn.get' }],
  ['with another challenge', { challenge: Buffer.alloc(32, 1).toString('base64url') }],
  ['for another relying party', { rpId: 'evil.example' }],
  ['without anybody there', { isPresent: false }],
  ['without knowing who is there', { isVerified: false }],
  ['that is backed up but may not be', { isBackupEligible: false, isBackedUp: true }],
  ['under another credential id', { credentialId: Buffer.alloc(16, 1).toString('base64url') }],
  ['with an attestation nobody asked for', { format: 'fido-u2f' }],
  ['with an attestation nobody knows', { format: 'made-up' }],
]

test.each(WRONG_REGISTRATIONS)('a registration %s is refused and leaves nothing behind', async (_what, lies) => {
  const at = await doorWithMessage()
  const visitor = await at.provesMailbox(ADA.address)
  const options = await at.portal.passkeyEnrolmentOptions(visitor)
  expect(await refusalOf(at.portal.enrolPasskey(visitor, softwarePasskey(ORIGIN).create(options, lies), ''))).toBe(
    'wrong_sign_in',
  )
  expect((await at.portal.enrolment(visitor)).factors).toEqual([])
})

test('a registration counts once, and only in the session it was asked for', async () => {
  const at = await doorWithMessage()
  const mine = await at.provesMailbox(ADA.address)
  const elsewhere = await at.provesMailbox(ADA.address)
  const passkey = softwarePasskey(ORIGIN)
  const response = passkey.create(await at.portal.passkeyEnrolmentOptions(mine))
  expect(await refusalOf(at.portal.enrolPasskey(elsewhere, response, ''))).toBe('wrong_sign_in')
  const { sessionToken } = await at.portal.enrolPasskey(mine, response, '')
  const visitor = (await at.portal.visitor(sessionToken))!
  expect(await refusalOf(at.portal.enrolPasskey(visitor, response, ''))).toBe('wrong_sign_in')
})

test('a passkey that somebody has cannot become somebody else’s', async () => {
  const at = await doorWithMessage()
  await at.deposits('Letter', [BEN])
  const { passkey } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  const ben = await at.provesMailbox(BEN.address)
  expect(await refusalOf(at.enrolsPasskey(ben, passkey))).toBe('wrong_sign_in')
})

const WRONG_ASSERTIONS: [string, Lies][] = [
  ...WRONG_REGISTRATIONS.filter(([, { type, credentialId, format }]) => !type && !credentialId && !format),
  ['of the other ceremony', { type: 'webauthn.create' }],
  ['signed with another key', { otherKey: true }],
  ['of a passkey nobody knows', { credentialId: Buffer.alloc(16, 1).toString('base64url') }],
  ['that names another person', { userHandle: Buffer.from('rcp_somebodyelse').toString('base64url') }],
  ['that names nobody', { userHandle: null }],
  ['that was made for one device and now may be copied', { isBackupEligible: true }],
  ['whose signature counter stands still', { signatureCounter: 1 }],
]

test.each(WRONG_ASSERTIONS)('an assertion %s is refused, and the passkey works afterwards', async (_what, lies) => {
  const at = await doorWithMessage()
  const device = softwarePasskey(ORIGIN, { counts: true, isBackupEligible: false })
  const { passkey } = await at.enrolsPasskey(await at.provesMailbox(ADA.address), device)
  await at.signsInByPasskey(passkey)
  expect(await refusalOf(at.signsInByPasskey(passkey, lies))).toBe('wrong_sign_in')
  expect((await at.signsInByPasskey(passkey)).next).toBe('read')
})

test('a passkey that may be copied cannot stop being one', async () => {
  const at = await doorWithMessage()
  const { passkey } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  expect(await refusalOf(at.signsInByPasskey(passkey, { isBackupEligible: false, isBackedUp: false }))).toBe('wrong_sign_in')
  expect(await refusalOf(at.signsInByPasskey(passkey, { isBackedUp: false }))).toBe('nothing')
})

test('an assertion counts once: played again it is refused, in the same sign-in and in another', async () => {
  const at = await doorWithMessage()
  const { passkey } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  const first = await at.begins(ADA.address)
  const second = await at.begins(ADA.address)
  const response = passkey.get(await at.portal.passkeyOptions(first))
  await at.portal.passkeyOptions(second)
  expect(await refusalOf(at.portal.enterPasskey(second, response))).toBe('wrong_sign_in')
  expect(await refusalOf(at.portal.enterPasskey(second, passkey.get({ challenge: 'x', rpId: 'localhost' })))).toBe(
    'wrong_sign_in',
  )
  await at.portal.enterPasskey(first, response)
  expect(await refusalOf(at.portal.enterPasskey(first, response))).toBe('sign_in_required')
})

test('of fifty equal assertions at once, one signs in', async () => {
  const at = await doorWithMessage()
  const { passkey } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  const request = await at.begins(ADA.address)
  const response = passkey.get(await at.portal.passkeyOptions(request))
  const tries = Array.from({ length: 50 }, () => refusalOf(at.portal.enterPasskey(request, response)))
  expect((await Promise.all(tries)).filter(refusal => refusal === 'nothing')).toHaveLength(1)
})

test.each([null, 'text', 42, [], {}, { id: 'x' }, { id: 'a', rawId: 'a', type: 'public-key', response: {} }])(
  'what is no assertion at all (%j) gets the same refusal',
  async response => {
    const at = await doorWithMessage()
    const request = await at.begins(ADA.address)
    await at.portal.passkeyOptions(request)
    expect(await refusalOf(at.portal.enterPasskey(request, response))).toBe('wrong_sign_in')
  },
)

test('a passkey is asked for in the same words whether or not anybody has the address', async () => {
  const at = await doorWithMessage()
  await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  const optionsFor = async (address: string) => {
    const { challenge, ...rest } = await at.portal.passkeyOptions(await at.begins(address))
    expect(challenge).toMatch(/^[\w-]{43}$/)
    return rest
  }
  expect(await optionsFor(ADA.address)).toEqual(await optionsFor('nobody@example.com'))
})

test('wrong passkeys are in the trail and never lock the right one', async () => {
  const at = await doorWithMessage()
  const { visitor, passkey } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  for (let i = 0; i < 30; i++) expect(await refusalOf(at.signsInByPasskey(passkey, { otherKey: true }))).toBe('wrong_sign_in')
  const failures = (await at.trailOf(visitor.person.id)).filter(({ action }) => action === 'sign_in.failed')
  expect(failures).toHaveLength(30)
  expect(failures[0]!.detail).toEqual({ factor: 'passkey' })
  expect((await at.signsInByPasskey(passkey)).next).toBe('read')
})
