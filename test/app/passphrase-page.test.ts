import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { visit } from '../support/browser.ts'
import { type ServedClinic, servedClinic } from './served.ts'

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

const PASSPHRASE = 'seven grey pigeons on a roof'
const words = en.passphrase

async function asked(address: string, scripts = true): Promise<Page> {
  const context = await visit(clinic.origin, 'phone', { javaScriptEnabled: scripts })
  const page = await context.newPage()
  await page.goto('/sign-in')
  await page.getByLabel(en.signIn.email).fill(address)
  await page.getByRole('button', { name: en.goOn }).click()
  await page.getByRole('link', { name: en.ways.passphrase }).click()
  return page
}

test('a passphrase can be pasted, and shown to who types it', async () => {
  const page = await asked('ada@example.com')
  const field = page.getByLabel(words.label, { exact: true })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(text => navigator.clipboard.writeText(text), PASSPHRASE)
  await field.focus()
  await page.keyboard.press('ControlOrMeta+v')
  expect(await field.inputValue()).toBe(PASSPHRASE)
  expect(await field.getAttribute('type')).toBe('password')
  await page.getByLabel(words.show).check()
  expect(await field.getAttribute('type')).toBe('text')
  await page.getByLabel(words.show).uncheck()
  expect(await field.getAttribute('type')).toBe('password')
  await page.context().close()
})

test('without scripts nothing is offered that only a script can do', async () => {
  const page = await asked('ada@example.com', false)
  expect(await page.getByText(words.show).count()).toBe(0)
  await page.context().close()
})

test('after too many wrong tries it is said to wait, that nothing is lost, and where to go on', async () => {
  const page = await asked('ada@example.com', false)
  for (let tries = 0; tries < 6; tries++) {
    await page.getByLabel(words.label, { exact: true }).fill('not the words')
    await page.getByRole('button', { name: en.goOn }).click()
  }
  await page
    .getByText(en.notNow.too_many_attempts!(en.wait.seconds(30)))
    .first()
    .waitFor()
  expect(await page.getByRole('link', { name: words.otherWay, exact: true }).isVisible()).toBe(true)
  await page.getByRole('link', { name: en.signIn.needHelp }).click()
  for (const way of [en.noCode.ways.passkey, en.lost.title]) await page.getByRole('link', { name: way, exact: true }).waitFor()
  await page.getByRole('heading', { name: en.noCode.phoneTitle }).waitFor()
  await page.context().close()
})
