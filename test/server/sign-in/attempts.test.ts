import { expect, test } from 'vitest'
import { waitAfter } from '../../../server/sign-in/attempts.ts'
import { reopenSignIn } from '../../../server/sign-in/reopening.ts'
import { days, hours, minutes, seconds } from '../../../server/time.ts'
import { ADA, type Door, door, doorWithMessage, NOBODY, PASSPHRASE, refusalOf } from './door.ts'

const WRONG = 'not the passphrase at all'

async function triesWrongly(at: Door, address: string, times: number): Promise<string[]> {
  const refusals: string[] = []
  for (let i = 0; i < times; i++) refusals.push(await refusalOf(at.portal.enterPassphrase(await at.begins(address), WRONG)))
  return refusals
}

/** Enough wrong tries to switch the passphrase off, with all the waiting between them. */
async function switchesOff(at: Door, address: string): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await triesWrongly(at, address, 1)
    at.clock.advance(minutes(15))
  }
}

test('waits grow from half a minute to a quarter of an hour', () => {
  expect([0, 4, 5, 6, 7, 8, 9, 10, 19].map(waitAfter)).toEqual([0, 0, 30, 60, 120, 240, 480, 900, 900].map(seconds))
})

test.each([
  ['known', ADA.address],
  ['unknown', NOBODY],
])('after five wrong tries a %s address has to wait, in a new sign-in too', async (_what, address) => {
  const at = await doorWithMessage()
  await at.enrolsApp(await at.provesMailbox(ADA.address))
  expect(await triesWrongly(at, address, 6)).toEqual([...Array(5).fill('wrong_sign_in'), 'too_many_attempts'])
  const refused = await at.portal.enterPassphrase(await at.begins(address), PASSPHRASE).catch(error => error)
  expect(refused).toMatchObject({ code: 'too_many_attempts', retryAfterSeconds: 30 })
  at.clock.advance(seconds(30))
  expect(await triesWrongly(at, address, 2)).toEqual(['wrong_sign_in', 'too_many_attempts'])
  at.clock.advance(seconds(59))
  expect(await triesWrongly(at, address, 1)).toEqual(['too_many_attempts'])
})

test('a right answer clears the count', async () => {
  const at = await doorWithMessage()
  const { key } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  await triesWrongly(at, ADA.address, 4)
  await at.signsInByApp(ADA.address, key)
  expect(await triesWrongly(at, ADA.address, 5)).toEqual(Array(5).fill('wrong_sign_in'))
})

test('counts survive a restart', async () => {
  const at = await doorWithMessage()
  await at.enrolsApp(await at.provesMailbox(ADA.address))
  await triesWrongly(at, ADA.address, 5)
  await at.restart()
  expect(await triesWrongly(at, ADA.address, 1)).toEqual(['too_many_attempts'])
})

test('a new code does not reset the count of wrong codes', async () => {
  const at = await doorWithMessage()
  const request = await at.begins(ADA.address)
  await at.portal.sendMailboxCode(request)
  const wrong = (await at.newestCode(ADA.address)) === '000000' ? '111111' : '000000'
  for (let i = 0; i < 5; i++) expect(await refusalOf(at.portal.enterMailboxCode(request, wrong))).toBe('wrong_code')
  await at.portal.sendMailboxCode(request)
  const right = await at.newestCode(ADA.address)
  expect(await refusalOf(at.portal.enterMailboxCode(request, right))).toBe('too_many_attempts')
  at.clock.advance(seconds(30))
  expect(await refusalOf(at.portal.enterMailboxCode(request, right))).toBe('nothing')
})

test('each factor has a count of its own', async () => {
  const at = await doorWithMessage()
  const { key } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  const request = await at.begins(ADA.address)
  await at.portal.enterPassphrase(request, PASSPHRASE)
  for (let i = 0; i < 5; i++) expect(await refusalOf(at.portal.enterTotp(request, '000000'))).toBe('wrong_sign_in')
  expect(await refusalOf(at.portal.enterTotp(request, await at.appCode(key)))).toBe('too_many_attempts')
  expect(await refusalOf(at.portal.enterPassphrase(await at.begins(ADA.address), PASSPHRASE))).toBe('nothing')
})

test('twenty wrong tries switch a factor off and say so; the passkey works, mail is untouched, and the way back is a new passphrase', async () => {
  const at = await doorWithMessage()
  const withPasskey = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  const { visitor, key } = await at.enrolsApp(withPasskey.visitor)
  await switchesOff(at, ADA.address)
  at.clock.advance(days(1))
  expect(await refusalOf(at.portal.enterPassphrase(await at.begins(ADA.address), PASSPHRASE))).toBe('too_many_attempts')
  expect(await at.trailOf(visitor.person.id)).toContainEqual({ action: 'factor.disabled', detail: { factor: 'passphrase' } })
  await at.deliver()
  expect(at.mailbox.letterTo(ADA.address).text).toContain('switched off')

  const reader = await at.whoIs(await at.signsInByPasskey(withPasskey.passkey))
  await at.portal.openMessage(reader as never, at.message)
  await at.portal.choosePassphrase(reader, 'quite another set of words')
  expect((await at.signsInByApp(ADA.address, key, 'quite another set of words')).next).toBe('read')
})

test('what was switched off is reopened at the desk, and opens to the right answer alone', async () => {
  const at = await doorWithMessage()
  const { key } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  await switchesOff(at, ADA.address)
  const whose = { organization: at.organization.id, address: ADA.address }
  expect(await reopenSignIn(at.parts, whose)).toEqual([{ factor: 'passphrase', failures: 20, wasOff: true }])
  expect(await triesWrongly(at, ADA.address, 1)).toEqual(['wrong_sign_in'])
  expect((await at.signsInByApp(ADA.address, key)).next).toBe('read')
})

test('a sender’s question that was switched off can be answered again after the desk reopened it', async () => {
  const at = await doorWithMessage()
  await at.deposits('Second result', [{ ...ADA, activation: { kind: 'code', answer: '7431-2209' } }])
  const visitor = await at.provesMailbox(ADA.address)
  await at.parts.store.transaction(tx => tx.signIn.attempts.disable(visitor.person.id, 'confirmation', at.clock.read()))
  expect(await refusalOf(at.portal.confirmPerson(visitor, '7431-2209'))).toBe('too_many_attempts')
  await reopenSignIn(at.parts, { organization: at.organization.id, address: ADA.address })
  expect(await refusalOf(at.portal.confirmPerson(visitor, '7431-2209'))).toBe('nothing')
})

test('an address nobody has is switched off like any other', async () => {
  const at = await door()
  await switchesOff(at, NOBODY)
  at.clock.advance(hours(1))
  expect(await triesWrongly(at, NOBODY, 1)).toEqual(['too_many_attempts'])
})

test('a clock that was put back makes nobody wait for it', async () => {
  const at = await doorWithMessage()
  await at.enrolsApp(await at.provesMailbox(ADA.address))
  await triesWrongly(at, ADA.address, 5)
  at.clock.advance(-days(1))
  expect(await refusalOf(at.portal.enterPassphrase(await at.begins(ADA.address), PASSPHRASE))).toBe('nothing')
})
