import { expect, test } from 'vitest'
import { ACTS_A_MINUTE, networkLimit } from '../../../server/sign-in/network-limit.ts'
import { ADA, door, doorWithMessage, PASSPHRASE, refusalOf } from './door.ts'

// What many try at once is decided by the database, each of which has its own way to do so: told on both engines.

test('however many wrong tries come at once, five are answered', async () => {
  const at = await doorWithMessage()
  await at.enrolsApp(await at.provesMailbox(ADA.address))
  const requests = await Promise.all(Array.from({ length: 20 }, () => at.begins(ADA.address)))
  const refusals = await Promise.all(
    requests.map(request => refusalOf(at.portal.enterPassphrase(request, 'not the passphrase at all'))),
  )
  expect(refusals.filter(refusal => refusal === 'wrong_sign_in')).toHaveLength(5)
  expect(refusals.filter(refusal => refusal === 'too_many_attempts')).toHaveLength(15)
})

test('of fifty tries at once with the right code of an app, one gets in', async () => {
  const at = await doorWithMessage()
  const { key } = await at.enrolsApp(await at.provesMailbox(ADA.address))
  const code = await at.appCode(key)
  const requests = await Promise.all(Array.from({ length: 50 }, () => at.begins(ADA.address)))
  for (const request of requests.slice(0, 10)) await at.portal.enterPassphrase(request, PASSPHRASE)
  const proven = requests.slice(0, 10)
  const tries = Array.from({ length: 50 }, (_, i) => refusalOf(at.portal.enterTotp(proven[i % 10]!, code)))
  expect((await Promise.all(tries)).filter(refusal => refusal === 'nothing')).toHaveLength(1)
})

test('of many tries at once with one printed code, one gets in', async () => {
  const at = await doorWithMessage()
  const { codes } = await at.enrolsPrintedCodes(await at.provesMailbox(ADA.address))
  const requests = await Promise.all(Array.from({ length: 5 }, () => at.begins(ADA.address)))
  for (const request of requests) await at.portal.enterPassphrase(request, PASSPHRASE)
  const tries = Array.from({ length: 50 }, (_, i) => refusalOf(at.portal.enterPrintedCode(requests[i % 5]!, codes[3]!)))
  expect((await Promise.all(tries)).filter(refusal => refusal === 'nothing')).toHaveLength(1)
})

test('of fifty tries at once with the right code from a mailbox, one gets in', async () => {
  const at = await doorWithMessage()
  const request = await at.begins(ADA.address)
  await at.portal.sendMailboxCode(request)
  const code = await at.newestCode(ADA.address)
  const tries = Array.from({ length: 50 }, () => refusalOf(at.portal.enterMailboxCode(request, code)))
  expect((await Promise.all(tries)).filter(refusal => refusal === 'nothing')).toHaveLength(1)
})

test('of twenty that accept one invitation at once, one gets in', async () => {
  const at = await door()
  const { token } = await at.invites('Dr. Cole')
  const tries = await Promise.all(Array.from({ length: 20 }, () => refusalOf(at.portal.acceptInvitation(token))))
  expect(tries.filter(refusal => refusal === 'nothing')).toHaveLength(1)
})

test('however many come at once, one network is let in so often a minute, whichever process it asks', async () => {
  const { parts } = await door()
  const [one, other] = [networkLimit(parts), networkLimit(parts)]
  const asked = Array.from({ length: 200 }, (_, i) => refusalOf((i % 2 ? one : other).admitStranger('203.0.113.7')))
  expect((await Promise.all(asked)).filter(refusal => refusal === 'nothing')).toHaveLength(ACTS_A_MINUTE)
})
