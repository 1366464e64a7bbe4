import { afterAll, beforeAll, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { visit } from '../support/browser.ts'
import { startedOf } from '../support/clinic.ts'
import { type ServedClinic, servedClinic } from './served.ts'

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

const address = 'ada@example.com'
const words = en.printedCodes

/** Somebody who was shown their codes and closed the page. */
async function closedTooSoon(): Promise<string> {
  const { portal } = clinic
  await clinic.deposits('Your visit', [{ name: 'Ada Lopez', address }])
  const { requestToken } = await portal.beginSignIn({ address })
  await portal.sendMailboxCode(requestToken)
  await clinic.deliver()
  const started = startedOf(await portal.enterMailboxCode(requestToken, clinic.mailbox.codeTo(address)))
  const newcomer = (await portal.visitor(started.sessionToken))!
  await portal.choosePassphrase(newcomer, 'seven grey pigeons on a roof')
  return (await portal.enrolPrintedCodes(newcomer)).sessionToken
}

test('who closed the page of codes is asked for them where they read and where they set things, until they have them', async () => {
  const context = await visit(clinic.origin, 'phone', { javaScriptEnabled: false })
  const page = await context.newPage()
  const cookie = { name: '__Host-session', value: await closedTooSoon(), domain: 'localhost', path: '/' }
  await context.addCookies([{ ...cookie, secure: true, httpOnly: true, sameSite: 'Lax' }])
  const asked = () => page.getByRole('heading', { name: words.owedTitle }).count()
  await page.goto('/messages')
  expect(await asked()).toBe(1)
  await page.getByRole('link', { name: words.owedNew }).click()
  await page.getByRole('heading', { level: 1, name: en.enrolPaper.title }).waitFor()
  await page.goto('/account')
  expect(await asked()).toBe(1)
  await page.getByRole('button', { name: words.have }).click()
  await page.getByRole('heading', { level: 1, name: en.account.title }).waitFor()
  expect(await asked()).toBe(0)
  await page.goto('/messages')
  expect(await asked()).toBe(0)
  await context.close()
})
