import { expect, test } from 'vitest'
import type { Visitor } from '../../../server/sign-in/visitor.ts'
import { minutes } from '../../../server/time.ts'
import { clinicIn } from '../../support/clinic.ts'
import { locatorIn } from '../../support/mailbox.ts'
import { ADA, BEN, type Door, doorWithMessage, NOBODY, PASSPHRASE, refusalOf } from './door.ts'

const OTHER_PASSPHRASE = 'nine new words for an old door'

/** Ada is a patient of two clinics; a notice of each lies in her mailbox. */
async function inTwoClinics(more: Parameters<typeof clinicIn>[2] = {}) {
  const at = await doorWithMessage()
  at.clock.advance(minutes(1))
  const south = await clinicIn(at, 'South Clinic', more)
  const { messages } = await south.deposits('Letter', [ADA])
  await at.deliver()
  const [north, southern] = at.mailbox.lettersTo(ADA.address).map(locatorIn)
  return { at, south, messages, locators: { north: north!, south: southern! } }
}

/** By the link of one clinic's notice. */
async function provesMailboxFrom(at: Door, locator: string): Promise<Visitor> {
  const { requestToken } = await at.portal.beginSignIn({ locator })
  await at.portal.sendMailboxCode(requestToken)
  const proven = await at.portal.enterMailboxCode(requestToken, await at.newestCode(ADA.address))
  if (proven.next === 'which') throw new Error('The link says which.')
  return at.whoIs(proven)
}

async function withWaysIn(passphraseOfSouth = PASSPHRASE) {
  const story = await inTwoClinics()
  const { at, locators } = story
  const north = await at.enrolsApp(await provesMailboxFrom(at, locators.north))
  const south = await at.enrolsPrintedCodes(await provesMailboxFrom(at, locators.south), passphraseOfSouth)
  return { ...story, north, southern: south }
}

/** With the mailbox's code, as far as the question. */
async function asked(at: Door, address = ADA.address): Promise<string> {
  const request = await at.begins(address)
  await at.portal.sendMailboxCode(request)
  expect(await at.portal.enterMailboxCode(request, await at.newestCode(address))).toEqual({ next: 'which' })
  return request
}

test('the code of a mailbox with two accounts asks which clinic is meant, and goes on with that one', async () => {
  const { at } = await inTwoClinics()
  const request = await asked(at)
  const accounts = await at.portal.accountsToChoose(request)
  expect(accounts.map(({ organization, kind }) => [organization, kind])).toEqual([
    ['South Clinic', 'recipient'],
    ['North Clinic', 'recipient'],
  ])
  const chosen = await at.portal.chooseAccount(request, accounts[0]!.id)
  const visitor = await at.whoIs(chosen)
  expect(visitor).toMatchObject({ level: 'mailbox', method: 'mailbox_code', person: { id: accounts[0]!.id } })
  expect(await refusalOf(at.portal.chooseAccount(request, accounts[1]!.id))).toBe('sign_in_required')
})

test('before the mailbox is proven nobody learns which clinics there are, nor that there are two', async () => {
  const { at } = await inTwoClinics()
  for (const address of [ADA.address, NOBODY]) {
    const request = await at.begins(address)
    await at.portal.sendMailboxCode(request)
    expect(await at.portal.accountsToChoose(request)).toEqual([])
    expect(await refusalOf(at.portal.chooseAccount(request, 'rcp_0123456789'))).toBe('sign_in_required')
    expect(await refusalOf(at.portal.enterMailboxCode(request, '00000'))).toBe('wrong_code')
  }
})

test('the question is open for ten minutes', async () => {
  const { at } = await inTwoClinics()
  const request = await asked(at)
  at.clock.advance(minutes(10) - 1)
  expect(await at.portal.accountsToChoose(request)).toHaveLength(2)
  at.clock.advance(1)
  expect(await at.portal.accountsToChoose(request)).toEqual([])
})

test('somebody else’s account is not among them', async () => {
  const { at } = await inTwoClinics()
  await at.deposits('Other', [BEN])
  const { id } = (await at.provesMailbox(BEN.address)).person
  const request = await asked(at)
  expect(await refusalOf(at.portal.chooseAccount(request, id))).toBe('not_found')
})

test('a clinic that letters may not name is not named here, nor in the letter with the code', async () => {
  const { at } = await inTwoClinics({ namedInNotices: false })
  const request = await asked(at)
  const names = (await at.portal.accountsToChoose(request)).map(({ organization }) => organization)
  expect(names).toEqual(['', 'North Clinic'])
  expect(at.mailbox.letterTo(ADA.address).text).not.toMatch(/North|South/)
})

test('a passphrase is right for whichever account it is of, and the second factor goes with it', async () => {
  const { at, north, southern } = await withWaysIn(OTHER_PASSPHRASE)
  const first = await at.begins(ADA.address)
  expect(await at.portal.enterPassphrase(first, PASSPHRASE)).toBe('totp')
  const inNorth = await at.whoIs(await at.portal.enterTotp(first, await at.appCode(north.key)))
  expect(inNorth.person).toEqual(north.visitor.person)

  const second = await at.begins(ADA.address)
  expect(await at.portal.enterPassphrase(second, OTHER_PASSPHRASE)).toBe('printed_code')
  // The first factor of one account and the second of the other open neither.
  expect(await refusalOf(at.portal.enterPrintedCode(second, north.codes[0]!))).toBe('wrong_sign_in')
  at.clock.advance(minutes(1))
  expect(await refusalOf(at.portal.enterTotp(second, await at.appCode(north.key)))).toBe('wrong_sign_in')
  const inSouth = await at.whoIs(await at.portal.enterPrintedCode(second, southern.codes[0]!))
  expect(inSouth.person).toEqual(southern.visitor.person)
})

test('where both have the same passphrase, the second factor says which is meant', async () => {
  const { at, north, southern } = await withWaysIn()
  const first = await at.begins(ADA.address)
  expect(await at.portal.enterPassphrase(first, PASSPHRASE)).toBe('totp')
  const inSouth = await at.whoIs(await at.portal.enterPrintedCode(first, southern.codes[0]!))
  expect(inSouth.person).toEqual(southern.visitor.person)
  const second = await at.begins(ADA.address)
  await at.portal.enterPassphrase(second, PASSPHRASE)
  const inNorth = await at.whoIs(await at.portal.enterTotp(second, await at.appCode(north.key)))
  expect(inNorth.person).toEqual(north.visitor.person)
})

test('a passphrase that was changed after it was shown counts no more', async () => {
  const { at, locators, north, southern } = await withWaysIn(OTHER_PASSPHRASE)
  const request = await at.begins(ADA.address)
  await at.portal.enterPassphrase(request, OTHER_PASSPHRASE)
  await at.portal.choosePassphrase(southern.visitor, 'eleven other words of hers')
  expect(await refusalOf(at.portal.enterPrintedCode(request, southern.codes[0]!))).toBe('sign_in_required')
  expect(await refusalOf(at.portal.enterTotp(request, await at.appCode(north.key)))).toBe('sign_in_required')
  expect(locators.north).not.toBe(locators.south)
})

test('a passkey says by itself which account it is of', async () => {
  const { at, locators } = await inTwoClinics()
  const north = await at.enrolsPasskey(await provesMailboxFrom(at, locators.north))
  const south = await at.enrolsPasskey(await provesMailboxFrom(at, locators.south))
  for (const { passkey, visitor } of [north, south]) {
    expect((await at.whoIs(await at.signsInByPasskey(passkey))).person).toEqual(visitor.person)
  }
})

test('wrong tries stand in the trail of each clinic, and nobody’s in the portal’s own', async () => {
  const { at } = await inTwoClinics()
  const request = await at.begins(ADA.address)
  expect(await refusalOf(at.portal.enterPassphrase(request, 'wrong words'))).toBe('wrong_sign_in')
  const failures = await at.parts.store.read(async tx =>
    (await tx.trail.entries(0, 1_000)).filter(({ action }) => action === 'sign_in.failed'),
  )
  expect(failures).toHaveLength(2)
  expect(failures.every(({ object }) => object?.startsWith('rcp_'))).toBe(true)
  expect(new Set(failures.map(({ organization }) => organization)).size).toBe(2)
})

test('from a notice’s link the sign-in leads to its message, and with another’s to none', async () => {
  const { at, locators, messages } = await inTwoClinics()
  const north = await at.enrolsPasskey(await provesMailboxFrom(at, locators.north))
  const from = async (locator: string) => {
    const { requestToken } = await at.portal.beginSignIn({ locator })
    const options = await at.portal.passkeyOptions(requestToken)
    return (await at.portal.enterPasskey(requestToken, north.passkey.get(options))).message
  }
  expect(await from(locators.north)).toBe(at.message)
  expect(await from(locators.south)).toBeNull()
  expect(await from('x'.repeat(43))).toBeNull()
  // First visit, with the mailbox's code: the other clinic's own message.
  const { requestToken } = await at.portal.beginSignIn({ locator: locators.south })
  await at.portal.sendMailboxCode(requestToken)
  const proven = await at.portal.enterMailboxCode(requestToken, await at.newestCode(ADA.address))
  expect(proven).toMatchObject({ next: 'enrol', message: messages[0]!.id })
})

test('whoever types another address still comes from the same notice', async () => {
  const { at, locators, messages } = await inTwoClinics()
  const south = await at.enrolsPrintedCodes(await provesMailboxFrom(at, locators.south))
  const { requestToken: earlier } = await at.portal.beginSignIn({ locator: locators.south })
  const { requestToken } = await at.portal.beginSignIn({ address: ADA.address, earlier })
  await at.portal.enterPassphrase(requestToken, PASSPHRASE)
  const { message } = await at.portal.enterPrintedCode(requestToken, south.codes[0]!)
  expect(message).toBe(messages[0]!.id)
  // An address that the link does not go to may be anybody's: the link is forgotten with the sign-in that it is not of.
  const { requestToken: bens } = await at.portal.beginSignIn({ address: BEN.address, earlier: requestToken })
  expect(await refusalOf(at.portal.enterPassphrase(bens, PASSPHRASE))).toBe('wrong_sign_in')
})
