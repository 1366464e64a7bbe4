import { expect, test } from 'vitest'
import type { Reader } from '../../../server/sign-in/visitor.ts'
import { hours, minutes, seconds } from '../../../server/time.ts'
import { clinicIn } from '../../support/clinic.ts'
import { locatorIn } from '../../support/mailbox.ts'
import { softwarePasskey } from '../../support/software-passkey.ts'
import { ORIGIN } from '../../support/whole-portal.ts'
import { ADA, BEN, type Door, doorWithMessage, PASSPHRASE, refusalOf } from './door.ts'

/** Every way there is to add a factor. */
const ENROLMENTS = (at: Door, visitor: Awaited<ReturnType<Door['provesMailbox']>>) => ({
  passkeyEnrolmentOptions: () => at.portal.passkeyEnrolmentOptions(visitor),
  enrolPasskey: () => at.portal.enrolPasskey(visitor, {}, ''),
  choosePassphrase: () => at.portal.choosePassphrase(visitor, PASSPHRASE),
  totpEnrolment: () => at.portal.totpEnrolment(visitor),
  confirmTotp: () => at.portal.confirmTotp(visitor, '000000'),
  enrolPrintedCodes: () => at.portal.enrolPrintedCodes(visitor),
})

async function refusals(at: Door, visitor: Awaited<ReturnType<Door['provesMailbox']>>): Promise<Set<string>> {
  const all = await Promise.all(Object.values(ENROLMENTS(at, visitor)).map(enrol => refusalOf(enrol())))
  return new Set(all)
}

test('a mailbox alone does not learn of a clinic that its letters may not name', async () => {
  const at = await doorWithMessage()
  const quiet = await clinicIn(at, 'Harbor Recovery Clinic', { namedInNotices: false })
  await quiet.deposits('Your visit', [BEN])
  const visitor = await at.provesMailbox(BEN.address)
  expect(await at.portal.enrolment(visitor)).toMatchObject({ organization: '', phone: '+1 555 0100' })
  const enrolled = await at.enrolsPasskey(visitor)
  expect(await at.portal.enrolment(enrolled.visitor)).toMatchObject({ organization: 'Harbor Recovery Clinic' })
})

test('the page learns what is to be done, and whom to call', async () => {
  const at = await doorWithMessage()
  const visitor = await at.provesMailbox(ADA.address)
  const asked = { kind: 'recipient', organization: 'North Clinic', phone: '+1 555 0100', needsConfirmation: null, recovery: null }
  expect(await at.portal.enrolment(visitor)).toEqual({ ...asked, mayEnrol: true, factors: [], passphraseChosen: false })
  await at.portal.choosePassphrase(visitor, PASSPHRASE)
  expect(await at.portal.enrolment(visitor)).toMatchObject({ mayEnrol: true, factors: [], passphraseChosen: true })
})

test('a mailbox alone changes nothing about an account that has a way in', async () => {
  const at = await doorWithMessage()
  await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  const thief = await at.provesMailbox(ADA.address)
  expect(await at.portal.enrolment(thief)).toMatchObject({ mayEnrol: false, recovery: null })
  expect((await at.portal.enrolment(thief)).factors.sort()).toEqual(['passkey', 'printed_code'])
  expect(await refusals(at, thief)).toEqual(new Set(['sign_in_required']))
})

test('of two who proved the same mailbox, the first to enrol has the account', async () => {
  const at = await doorWithMessage()
  const first = await at.provesMailbox(ADA.address)
  const second = await at.provesMailbox(ADA.address)
  const options = await at.portal.passkeyEnrolmentOptions(second)
  await at.enrolsPasskey(first)
  expect(await refusalOf(at.portal.enrolPasskey(second, softwarePasskey(ORIGIN).create(options), ''))).toBe('sign_in_required')
})

test('the app’s key is the same until a code of it was entered, and a wrong code adds nothing', async () => {
  const at = await doorWithMessage()
  const visitor = await at.provesMailbox(ADA.address)
  await at.portal.choosePassphrase(visitor, PASSPHRASE)
  const card = await at.portal.totpEnrolment(visitor)
  expect(await at.portal.totpEnrolment(visitor)).toEqual(card)
  expect(await refusalOf(at.portal.confirmTotp(visitor, '000000'))).toBe('wrong_code')
  expect((await at.portal.enrolment(visitor)).factors).toEqual([])
  const key = card.secret.replaceAll(' ', '')
  const { printedCodes } = await at.portal.confirmTotp(visitor, await at.appCode(key))
  expect(printedCodes).toHaveLength(10)
})

test('an app or printed codes are half a way in: a passphrase comes first', async () => {
  const at = await doorWithMessage()
  const visitor = await at.provesMailbox(ADA.address)
  const { secret } = await at.portal.totpEnrolment(visitor)
  const code = await at.appCode(secret.replaceAll(' ', ''))
  expect(await refusalOf(at.portal.confirmTotp(visitor, code))).toBe('invalid')
  expect(await refusalOf(at.portal.enrolPrintedCodes(visitor))).toBe('invalid')
  expect((await at.portal.enrolment(visitor)).factors).toEqual([])
})

test('a passphrase that is easy to guess is refused with what to do', async () => {
  const at = await doorWithMessage()
  const visitor = await at.provesMailbox(ADA.address)
  for (const passphrase of ['short', 'password1', 'Ada Lopez', 'ada@example.com', 'northclinic']) {
    const refused = await at.portal.choosePassphrase(visitor, passphrase).catch(error => error)
    expect(refused).toMatchObject({ code: 'invalid', fields: [{ field: 'passphrase' }] })
  }
})

test('what is chosen in one session is not there in another', async () => {
  const at = await doorWithMessage()
  const mine = await at.provesMailbox(ADA.address)
  const elsewhere = await at.provesMailbox(ADA.address)
  await at.portal.choosePassphrase(mine, PASSPHRASE)
  expect((await at.portal.enrolment(elsewhere)).passphraseChosen).toBe(false)
  expect(await refusalOf(at.portal.enrolPrintedCodes(elsewhere))).toBe('invalid')
})

test('somebody who is signed in adds a factor within five minutes of proving who they are, and not later', async () => {
  const at = await doorWithMessage()
  const { visitor } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  at.clock.advance(minutes(5) + 1)
  expect(await at.portal.enrolment(visitor)).toMatchObject({ mayEnrol: false })
  expect(await refusals(at, visitor)).toEqual(new Set(['fresh_sign_in_required']))
  at.clock.advance(-1)
  expect((await at.enrolsPasskey(visitor)).visitor).toMatchObject({ level: 'full' })
})

test('adding a factor begins a new session, ends all others, writes the trail and tells the address', async () => {
  const at = await doorWithMessage()
  const { visitor, passkey } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  const elsewhere = await at.signsInByPasskey(passkey)
  await at.deliver()
  const letters = at.mailbox.lettersTo(ADA.address).length
  const { visitor: after } = await at.enrolsPasskey(visitor)
  expect(after.tokenHash).not.toBe(visitor.tokenHash)
  expect(await at.portal.visitor(elsewhere.sessionToken)).toBeNull()
  expect(await refusalOf(at.portal.factors(visitor))).toBe('sign_in_required')
  const passkeys = (await at.portal.factors(after)).filter(({ kind }) => kind === 'passkey')
  expect(passkeys.map(({ label }) => label)).toEqual(['My phone', 'My phone'])
  for (const { id } of passkeys) expect(await at.trailOf(id)).toEqual([{ action: 'factor.added', detail: { factor: 'passkey' } }])
  await at.deliver()
  expect(at.mailbox.lettersTo(ADA.address)).toHaveLength(letters + 1)
  expect(at.mailbox.letterTo(ADA.address).text).toContain('A new passkey was added')
})

test('adding factors again and again does not make a session live longer', async () => {
  const at = await doorWithMessage()
  const began = at.clock.read()
  let { visitor, passkey } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  visitor = await at.whoIs(await at.signsInByPasskey(passkey))
  at.clock.advance(minutes(4))
  visitor = (await at.enrolsPasskey(visitor)).visitor
  expect(visitor.signedInAt).toBe(began)
  at.clock.advance(minutes(2))
  expect(await refusalOf(at.enrolsPasskey(visitor))).toBe('fresh_sign_in_required')
  const { createdAt } = (await at.portal.sessions(visitor)).find(line => line.isThisOne)!
  expect(createdAt).toBe(began)
})

test('a second passkey leaves the printed codes as they are; new ones take their place when they are asked for', async () => {
  const at = await doorWithMessage()
  const first = await at.enrolsPrintedCodes(await at.provesMailbox(ADA.address))
  const second = await at.enrolsPasskey(first.visitor)
  expect(second.codes).toEqual([])
  const { printedCodes, sessionToken } = await at.portal.enrolPrintedCodes(second.visitor)
  expect(printedCodes).toHaveLength(10)
  const signsInWith = async (code: string) => {
    const request = await at.begins(ADA.address)
    await at.portal.enterPassphrase(request, PASSPHRASE)
    return at.portal.enterPrintedCode(request, code)
  }
  expect(await refusalOf(signsInWith(first.codes[0]!))).toBe('wrong_sign_in')
  expect(await refusalOf(signsInWith(printedCodes[0]!))).toBe('nothing')
  expect(await at.portal.visitor(sessionToken)).not.toBeNull()
})

test('a changed passphrase takes the place of the old one and ends all other sessions', async () => {
  const at = await doorWithMessage()
  const { key } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  const elsewhere = await at.signsInByApp(ADA.address, key)
  at.clock.advance(seconds(30))
  const visitor = await at.whoIs(await at.signsInByApp(ADA.address, key))
  await at.portal.choosePassphrase(visitor, 'nine new words for an old door')
  at.clock.advance(seconds(30))
  expect(await at.portal.visitor(elsewhere.sessionToken)).toBeNull()
  expect(await refusalOf(at.signsInByApp(ADA.address, key))).toBe('wrong_sign_in')
  expect((await at.signsInByApp(ADA.address, key, 'nine new words for an old door')).next).toBe('read')
})

test('a factor can be taken away, but never the last complete way in', async () => {
  const at = await doorWithMessage()
  const { visitor } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  const idOf = async (kind: string) => (await at.portal.factors(visitor)).find(factor => factor.kind === kind)!.id
  expect((await at.portal.factors(visitor)).map(({ kind }) => kind).sort()).toEqual(['passphrase', 'printed_code', 'totp'])
  expect(await refusalOf(at.portal.removeFactor(visitor, await idOf('passphrase')))).toBe('conflict')
  const totp = await idOf('totp')
  await at.portal.removeFactor(visitor, totp) // printed codes are left
  expect(await refusalOf(at.portal.removeFactor(visitor, await idOf('printed_code')))).toBe('conflict')
  expect(await refusalOf(at.portal.removeFactor(visitor, totp))).toBe('not_found')
  expect((await at.trailOf(totp)).map(({ action }) => action)).toEqual(['factor.added', 'factor.removed'])
  await at.deliver()
  expect(at.mailbox.lettersTo(ADA.address).some(({ text }) => text.includes('A code app was taken away'))).toBe(true)
})

test('a way in that is switched off does not count as one', async () => {
  const at = await doorWithMessage()
  const { visitor } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  const { visitor: both } = await at.enrolsApp(visitor)
  await at.parts.store.transaction(tx =>
    tx.signIn.attempts.disable(tx.signIn.subjectOf(ADA.address), 'passphrase', at.clock.read()),
  )
  const passkey = (await at.portal.factors(both)).find(({ kind }) => kind === 'passkey')!
  expect(await refusalOf(at.portal.removeFactor(both, passkey.id))).toBe('conflict')
})

test('taking a factor away wants a fresh sign-in, and is nobody else’s to do', async () => {
  const at = await doorWithMessage()
  await at.deposits('Letter', [BEN])
  const { visitor } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  const ben = (await at.enrolsPasskey(await at.provesMailbox(BEN.address))).visitor
  const totp = (await at.portal.factors(visitor)).find(({ kind }) => kind === 'totp')!
  expect(await refusalOf(at.portal.removeFactor(ben, totp.id))).toBe('not_found')
  at.clock.advance(minutes(6))
  expect(await refusalOf(at.portal.removeFactor(visitor, totp.id))).toBe('fresh_sign_in_required')
})

test.each(['x'.repeat(61), 'a\u0000b', 'a\nb', 'a\u202eb', 'a\u200bb'])(
  'a passkey’s name must be short and plain (%j)',
  async label => {
    const at = await doorWithMessage()
    const visitor = await at.provesMailbox(ADA.address)
    const response = softwarePasskey(ORIGIN).create(await at.portal.passkeyEnrolmentOptions(visitor))
    expect(await refusalOf(at.portal.enrolPasskey(visitor, response, label))).toBe('invalid')
  },
)

const WITH_CODE = { ...ADA, activation: { kind: 'code' as const, answer: '7431-2209' } }

test('where the sender gave an activation code, the mailbox is not enough to enrol', async () => {
  const at = await doorWithMessage()
  const { messages } = await at.deposits('Second result', [WITH_CODE])
  const visitor = await at.provesMailbox(ADA.address)
  expect(await at.portal.enrolment(visitor)).toMatchObject({ mayEnrol: false, needsConfirmation: 'code' })
  expect(await refusals(at, visitor)).toEqual(new Set(['confirmation_required']))
  expect(await refusalOf(at.portal.confirmPerson(visitor, '7431-2208'))).toBe('wrong_code')
  await at.portal.confirmPerson(visitor, '74312209')
  expect(await at.portal.enrolment(visitor)).toMatchObject({ mayEnrol: true, needsConfirmation: null })
  const { visitor: reader } = await at.enrolsPasskey(visitor)
  await at.portal.openMessage(reader as Reader, messages[0]!.id)
  const actions = (await at.trailOf(visitor.person.id)).map(({ action }) => action)
  expect(actions).toContain('recipient.confirmation_failed')
  expect(actions).toContain('recipient.confirmed')
})

test('a date of birth is asked for and answered like a code', async () => {
  const at = await doorWithMessage()
  await at.deposits('Second result', [{ ...ADA, activation: { kind: 'birth_date', answer: '1950-01-31' } }])
  const visitor = await at.provesMailbox(ADA.address)
  expect(await at.portal.enrolment(visitor)).toMatchObject({ needsConfirmation: 'birth_date' })
  const refused = await at.portal.confirmPerson(visitor, '1950-01-30').catch(error => error)
  expect(refused).toMatchObject({ code: 'wrong_code', message: expect.stringContaining('call us: +1 555 0100') })
  await at.portal.confirmPerson(visitor, '1950-01-31')
  expect(await at.portal.enrolment(visitor)).toMatchObject({ mayEnrol: true })
})

test('a mailbox thief who answers wrongly is slowed down, then stopped for good, in whatever session', async () => {
  const at = await doorWithMessage()
  await at.deposits('Second result', [WITH_CODE])
  let visitor = await at.provesMailbox(ADA.address)
  for (let i = 0; i < 5; i++) expect(await refusalOf(at.portal.confirmPerson(visitor, '1111-1111'))).toBe('wrong_code')
  expect(await refusalOf(at.portal.confirmPerson(visitor, '7431-2209'))).toBe('too_many_attempts')
  for (let i = 5; i < 20; i++) {
    at.clock.advance(minutes(15))
    if (i % 4 === 1) at.clock.advance(hours(1)) // a mailbox gets only so many codes an hour
    visitor = await at.provesMailbox(ADA.address)
    expect(await refusalOf(at.portal.confirmPerson(visitor, '1111-1111'))).toBe('wrong_code')
  }
  at.clock.advance(hours(24))
  visitor = await at.provesMailbox(ADA.address)
  expect(await refusalOf(at.portal.confirmPerson(visitor, '7431-2209'))).toBe('too_many_attempts')
  expect(await refusals(at, visitor)).toEqual(new Set(['confirmation_required']))
})

test('neither hiding the message nor waiting for its end is a way round the question', async () => {
  const at = await doorWithMessage()
  await at.deposits('Second result', [WITH_CODE], { expiresAt: at.clock.read() + hours(2) })
  await at.deliver()
  for (const letter of at.mailbox.lettersTo(ADA.address)) await at.portal.notForMeByLocator(locatorIn(letter))
  expect(await refusals(at, await at.provesMailbox(ADA.address))).toEqual(new Set(['confirmation_required']))
  at.clock.advance(hours(3))
  await at.portal.expireDue()
  expect(await refusals(at, await at.provesMailbox(ADA.address))).toEqual(new Set(['confirmation_required']))
})

test('a message that asks first leaves no receipt of a sign-in until it was answered', async () => {
  const at = await doorWithMessage()
  const { visitor } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  const { messages } = await at.deposits('Second result', [WITH_CODE])
  const id = messages[0]!.id
  const stages = () => at.parts.store.read(async tx => (await tx.receipts.ofMessages([id])).map(({ stage }) => stage))
  const reader = (await at.enrolsPasskey(visitor)).visitor as Reader
  expect(await refusalOf(at.portal.openMessage(reader, id))).toBe('confirmation_required')
  expect(await stages()).not.toContain('signed_in')
  await at.portal.confirmPerson(reader, '7431-2209')
  expect(await stages()).toContain('signed_in')
  expect(await refusalOf(at.portal.openMessage(reader, id))).toBe('nothing')
})
