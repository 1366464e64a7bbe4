import { expect, test } from 'vitest'
import { hours, minutes } from '../../../server/time.ts'
import { ADA, door, doorWithMessage, NOBODY, refusalOf } from './door.ts'

/** Six digits that are surely not these. */
const otherThan = (code: string): string => (code === '000000' ? '111111' : '000000')

test('a code from the mailbox begins a session that may enrol and opens nothing', async () => {
  const at = await doorWithMessage()
  const visitor = await at.provesMailbox(ADA.address)
  expect(visitor).toMatchObject({ level: 'mailbox', method: 'mailbox_code' })
  expect(await refusalOf(at.portal.listMessages(visitor as never, { limit: 10 }))).toBe('sign_in_required')
  expect(await refusalOf(at.portal.openMessage(visitor as never, at.message))).toBe('sign_in_required')
  expect(await refusalOf(at.portal.factors(visitor))).toBe('sign_in_required')
  expect(await refusalOf(at.portal.sessions(visitor))).toBe('sign_in_required')
  expect(await refusalOf(at.portal.signOutEverywhere(visitor))).toBe('sign_in_required')
})

test('the letter shows the reference that the page shows, and the code in one piece', async () => {
  const at = await doorWithMessage()
  const request = await at.begins(ADA.address)
  expect(await at.portal.mailboxCodeReference(request)).toBeNull()
  const { reference } = await at.portal.sendMailboxCode(request)
  expect(reference).toMatch(/^[A-HJ-NP-Z][1-9]-[1-9][0-9]$/)
  expect(await at.portal.mailboxCodeReference(request)).toBe(reference)
  await at.newestCode(ADA.address)
  expect(at.mailbox.letterTo(ADA.address).text).toContain(reference)
})

test('a code may be typed with spaces', async () => {
  const at = await doorWithMessage()
  const request = await at.begins(ADA.address)
  await at.portal.sendMailboxCode(request)
  const code = await at.newestCode(ADA.address)
  const typed = ` ${code.slice(0, 3)} ${code.slice(3)}\n`
  expect((await at.portal.enterMailboxCode(request, typed)).next).toBe('enrol')
})

test('a code works for ten minutes, and not a moment longer', async () => {
  const at = await doorWithMessage()
  const request = await at.begins(ADA.address)
  await at.portal.sendMailboxCode(request)
  const code = await at.newestCode(ADA.address)
  at.clock.advance(minutes(10))
  expect(await refusalOf(at.portal.enterMailboxCode(request, code))).toBe('wrong_code')
  at.clock.advance(-1)
  expect(await refusalOf(at.portal.enterMailboxCode(request, code))).toBe('nothing')
})

test('a code works once', async () => {
  const at = await doorWithMessage()
  const request = await at.begins(ADA.address)
  await at.portal.sendMailboxCode(request)
  const code = await at.newestCode(ADA.address)
  await at.portal.enterMailboxCode(request, code)
  expect(await refusalOf(at.portal.enterMailboxCode(request, code))).toBe('wrong_code')
})

test('the newest code takes the place of the one before', async () => {
  const at = await doorWithMessage()
  const request = await at.begins(ADA.address)
  await at.portal.sendMailboxCode(request)
  const first = await at.newestCode(ADA.address)
  await at.portal.sendMailboxCode(request)
  const second = await at.newestCode(ADA.address)
  if (first !== second) expect(await refusalOf(at.portal.enterMailboxCode(request, first))).toBe('wrong_code')
  expect(await refusalOf(at.portal.enterMailboxCode(request, second))).toBe('nothing')
})

test('a code is bound to the sign-in that asked for it', async () => {
  const at = await doorWithMessage()
  const mine = await at.begins(ADA.address)
  const elsewhere = await at.begins(ADA.address)
  await at.portal.sendMailboxCode(mine)
  const code = await at.newestCode(ADA.address)
  expect(await refusalOf(at.portal.enterMailboxCode(elsewhere, code))).toBe('wrong_code')
  expect(await refusalOf(at.portal.enterMailboxCode(mine, code))).toBe('nothing')
})

test('known and unknown addresses get the same answers, and only one of them a letter', async () => {
  const at = await doorWithMessage()
  const answersFor = async (address: string) => {
    const request = await at.begins(address)
    const { reference } = await at.portal.sendMailboxCode(request)
    const wrong = address === NOBODY ? '000000' : otherThan(await at.newestCode(address))
    const answers: unknown[] = [request.length, reference.replace(/[A-Z]/, 'A').replace(/\d/g, '0')]
    for (let i = 0; i < 6; i++) {
      const error = await at.portal.enterMailboxCode(request, wrong).catch(refused => refused)
      answers.push({ code: error.code, text: error.message, again: error.retryAfterSeconds })
    }
    return answers
  }
  const before = at.mailbox.mails.length
  const known = await answersFor(ADA.address)
  expect(known).toHaveLength(8)
  expect(known[7]).toMatchObject({ code: 'too_many_attempts' })
  expect(await answersFor(NOBODY)).toEqual(known)
  await at.deliver()
  expect(at.mailbox.mails.slice(before).map(({ to }) => to)).toEqual([ADA.address])
  // What was kept for nobody is settled, not tried for ever.
  expect(await at.parts.store.read(tx => tx.outbox.oldestDue(at.clock.read()))).toBeNull()
})

test('a mailbox gets five letters, then none for an hour; the last code stays good meanwhile', async () => {
  const at = await doorWithMessage()
  const request = await at.begins(ADA.address)
  for (let i = 0; i < 4; i++) await at.portal.sendMailboxCode(request)
  await at.deliver()
  await at.portal.sendMailboxCode(request)
  const code = await at.newestCode(ADA.address)
  const reference = await at.portal.mailboxCodeReference(request)
  const letters = at.mailbox.lettersTo(ADA.address).length
  // In another sign-in, too: the mailbox is what is spared.
  await at.portal.sendMailboxCode(await at.begins(ADA.address))
  expect(await at.portal.sendMailboxCode(request)).toEqual({ reference })
  await at.deliver()
  expect(at.mailbox.lettersTo(ADA.address)).toHaveLength(letters)
  expect(await refusalOf(at.portal.enterMailboxCode(request, code))).toBe('nothing')
  at.clock.advance(hours(1))
  await at.portal.sendMailboxCode(await at.begins(ADA.address))
  await at.deliver()
  expect(at.mailbox.lettersTo(ADA.address)).toHaveLength(letters + 1)
})

test('what cannot be a code at all is refused without being counted', async () => {
  const at = await doorWithMessage()
  const request = await at.begins(ADA.address)
  await at.portal.sendMailboxCode(request)
  for (const typed of ['', '12345', '1234567', 'abcdef', '１２３４５６', '12345\u0000']) {
    for (let i = 0; i < 5; i++) expect(await refusalOf(at.portal.enterMailboxCode(request, typed))).toBe('wrong_code')
  }
  expect(await refusalOf(at.portal.enterMailboxCode(request, await at.newestCode(ADA.address)))).toBe('nothing')
})

test('a sign-in is over after half an hour, and was never there for a made-up token', async () => {
  const at = await doorWithMessage()
  const request = await at.begins(ADA.address)
  at.clock.advance(minutes(30))
  for (const token of [request, '', 'x', 'A'.repeat(43), `${request}A`]) {
    expect(await refusalOf(at.portal.sendMailboxCode(token))).toBe('sign_in_required')
    expect(await refusalOf(at.portal.mailboxCodeReference(token))).toBe('sign_in_required')
    expect(await refusalOf(at.portal.enterMailboxCode(token, '123456'))).toBe('sign_in_required')
    expect(await refusalOf(at.portal.enterPassphrase(token, 'whatever it was'))).toBe('sign_in_required')
    expect(await refusalOf(at.portal.passkeyOptions(token))).toBe('sign_in_required')
    expect(await refusalOf(at.portal.enterPasskey(token, {}))).toBe('sign_in_required')
  }
})

test.each([
  '',
  'ada',
  '@example.com',
  'ada@example',
  '"ada"@example.com',
  'ada@example.com\nbcc: eve@example.com',
  'a@b@example.com',
])('what is no plain address (%j) is said to be none', async address => {
  const at = await door()
  expect(await refusalOf(at.portal.beginSignIn({ address }))).toBe('invalid')
})
