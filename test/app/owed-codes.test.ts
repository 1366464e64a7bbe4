import { afterAll, beforeAll, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { visit } from '../support/browser.ts'
import { comesAnew } from './newcomer.ts'
import { type ServedClinic, servedClinic } from './served.ts'

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

const words = en.printedCodes

test('who closed the page of codes is asked for them where they read and where they set things, until they have them', async () => {
  const context = await visit(clinic.origin, 'phone', { javaScriptEnabled: false })
  const page = await context.newPage()
  await comesAnew(clinic, context, 'ada@example.com')
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
