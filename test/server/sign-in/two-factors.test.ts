import { expect, test } from 'vitest'
import { minutes, seconds } from '../../../server/time.ts'
import { ADA, BEN, doorWithMessage, NOBODY, PASSPHRASE, refusalOf } from './door.ts'

test('a passphrase and a code from the app open the portal', async () => {
  const at = await doorWithMessage()
  const { visitor, key } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  expect(visitor).toMatchObject({ level: 'full', method: 'passphrase+totp' })
  const again = await at.signsInByApp(ADA.address, key)
  expect(again.next).toBe('read')
  expect(await at.whoIs(again)).toMatchObject({ level: 'full', method: 'passphrase+totp' })
})

test('the code comes after the passphrase, in the same sign-in', async () => {
  const at = await doorWithMessage()
  const { key, codes } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  const request = await at.begins(ADA.address)
  const elsewhere = await at.begins(ADA.address)
  await at.portal.enterPassphrase(elsewhere, PASSPHRASE)
  expect(await refusalOf(at.portal.enterTotp(request, await at.appCode(key)))).toBe('sign_in_required')
  expect(await refusalOf(at.portal.enterPrintedCode(request, codes[0]!))).toBe('sign_in_required')
})

test('the code that confirmed the app is used up, the next one works, and none works twice', async () => {
  const at = await doorWithMessage()
  const { key } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  at.clock.advance(-seconds(30))
  expect(await refusalOf(at.signsInByApp(ADA.address, key))).toBe('wrong_sign_in')
  at.clock.advance(seconds(30))
  expect(await refusalOf(at.signsInByApp(ADA.address, key))).toBe('nothing')
  expect(await refusalOf(at.signsInByApp(ADA.address, key))).toBe('wrong_sign_in')
})

test('who has shown the passphrase is asked for what they have: the app, or without one a printed code', async () => {
  const at = await doorWithMessage()
  await at.deposits('Letter', [BEN])
  await at.enrolsApp(await at.provesMailbox(ADA.address))
  await at.enrolsPrintedCodes(await at.provesMailbox(BEN.address))
  expect(await at.portal.enterPassphrase(await at.begins(ADA.address), PASSPHRASE)).toBe('totp')
  expect(await at.portal.enterPassphrase(await at.begins(BEN.address), PASSPHRASE)).toBe('printed_code')
})

test('a printed code counts as the second factor, once, however it is typed', async () => {
  const at = await doorWithMessage()
  const { visitor, codes } = await at.enrolsPrintedCodes(await at.provesMailbox(ADA.address))
  expect(visitor).toMatchObject({ level: 'full', method: 'passphrase+printed_code' })
  const signsInWith = async (code: string) => {
    const request = await at.begins(ADA.address)
    await at.portal.enterPassphrase(request, PASSPHRASE)
    return at.portal.enterPrintedCode(request, code)
  }
  expect(codes).toHaveLength(10)
  expect(new Set(codes).size).toBe(10)
  expect(codes[0]).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/)
  expect((await at.whoIs(await signsInWith(codes[0]!))).method).toBe('passphrase+printed_code')
  expect(await refusalOf(signsInWith(codes[0]!))).toBe('wrong_sign_in')
  const sloppily = codes[1]!.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
  expect(await refusalOf(signsInWith(sloppily))).toBe('nothing')
  expect(await refusalOf(signsInWith('AAAA-AAAA-AAAA'))).toBe('wrong_sign_in')
})

test('somebody else’s printed code is nobody’s', async () => {
  const at = await doorWithMessage()
  await at.deposits('Letter', [BEN])
  await at.enrolsPrintedCodes(await at.provesMailbox(ADA.address))
  const { codes } = await at.enrolsPrintedCodes(await at.provesMailbox(BEN.address))
  const request = await at.begins(ADA.address)
  await at.portal.enterPassphrase(request, PASSPHRASE)
  expect(await refusalOf(at.portal.enterPrintedCode(request, codes[0]!))).toBe('wrong_sign_in')
})

test('a sign-in that has shown the passphrase of before ends when it is changed', async () => {
  const at = await doorWithMessage()
  const { visitor, key, codes } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  const [byApp, byCode, untouched] = [await at.begins(ADA.address), await at.begins(ADA.address), await at.begins(NOBODY)]
  await at.portal.enterPassphrase(byApp, PASSPHRASE)
  await at.portal.enterPassphrase(byCode, PASSPHRASE)
  await at.portal.choosePassphrase(visitor, 'another flock of slow geese')
  expect(await refusalOf(at.portal.enterTotp(byApp, await at.appCode(key)))).toBe('sign_in_required')
  expect(await refusalOf(at.portal.enterPrintedCode(byCode, codes[0]!))).toBe('sign_in_required')
  expect(await refusalOf(at.portal.passkeyOptions(untouched))).toBe('nothing')
  expect(await refusalOf(at.signsInByApp(ADA.address, key, 'another flock of slow geese'))).toBe('nothing')
})

test('a sign-in that has shown a passphrase ends when that way in is taken away, or everything is signed out', async () => {
  const at = await doorWithMessage()
  const first = await at.enrolsApp(await at.provesMailbox(ADA.address))
  const { visitor } = await at.enrolsPasskey(first.visitor)
  const request = await at.begins(ADA.address)
  await at.portal.enterPassphrase(request, PASSPHRASE)
  const passphrase = (await at.portal.factors(visitor)).find(({ kind }) => kind === 'passphrase')!
  const elsewhere = await at.begins(ADA.address)
  await at.portal.removeFactor(visitor, passphrase.id)
  expect(await refusalOf(at.portal.enterTotp(request, await at.appCode(first.key)))).toBe('sign_in_required')
  expect(await refusalOf(at.portal.passkeyOptions(elsewhere))).toBe('sign_in_required')
  const afterwards = await at.begins(ADA.address)
  await at.portal.signOutEverywhere(visitor)
  expect(await refusalOf(at.portal.passkeyOptions(afterwards))).toBe('sign_in_required')
})

test('that a second factor is locked is told to nobody who has not shown the first', async () => {
  const at = await doorWithMessage()
  const { codes } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  const owner = await at.begins(ADA.address)
  await at.portal.enterPassphrase(owner, PASSPHRASE)
  for (let i = 0; i < 5; i++) expect(await refusalOf(at.portal.enterTotp(owner, '000000'))).toBe('wrong_sign_in')
  expect(await refusalOf(at.portal.enterTotp(owner, '000000'))).toBe('too_many_attempts')
  for (const address of [ADA.address, NOBODY]) {
    const stranger = await at.begins(address)
    expect(await refusalOf(at.portal.enterTotp(stranger, '000000')), address).toBe('sign_in_required')
    expect(await refusalOf(at.portal.enterPrintedCode(stranger, codes[0]!)), address).toBe('sign_in_required')
  }
})

test('a wrong passphrase, somebody without one, and nobody at all get the same answer', async () => {
  const at = await doorWithMessage()
  await at.deposits('Letter', [BEN])
  await at.enrolsApp(await at.provesMailbox(ADA.address))
  const answers = await Promise.all(
    [ADA.address, BEN.address, NOBODY].map(async address => {
      const request = await at.begins(address)
      const error = await at.portal.enterPassphrase(request, 'not the passphrase').catch(refused => refused)
      return { code: error.code, text: error.message, fields: error.fields, again: error.retryAfterSeconds }
    }),
  )
  expect(answers[0]!.code).toBe('wrong_sign_in')
  expect(answers[1]).toEqual(answers[0])
  expect(answers[2]).toEqual(answers[0])
})

test('a passphrase longer than any that can be chosen is simply wrong', async () => {
  const at = await doorWithMessage()
  await at.enrolsApp(await at.provesMailbox(ADA.address))
  expect(await refusalOf(at.portal.enterPassphrase(await at.begins(ADA.address), 'x'.repeat(100_000)))).toBe('wrong_sign_in')
})

test('a passphrase with old parameters is hashed anew at the next sign-in', async () => {
  const at = await doorWithMessage()
  const { visitor, key } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  const argon2 = await import('argon2')
  const old = await argon2.hash(PASSPHRASE, { type: argon2.argon2id, memoryCost: 8_192, timeCost: 1, parallelism: 1 })
  const secretNow = () =>
    at.parts.store.read(async tx => (await tx.signIn.factors.ofPerson(visitor.person)).find(({ kind }) => kind === 'passphrase')!)
  const { id } = await secretNow()
  await at.parts.store.transaction(tx => tx.signIn.factors.replaceSecret(id, old))
  await at.signsInByApp(ADA.address, key)
  expect((await secretNow()).secret).toContain('$argon2id$v=19$m=19456')
  at.clock.advance(minutes(1))
  expect(await refusalOf(at.signsInByApp(ADA.address, key))).toBe('nothing')
})
