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

test('whoever signs out in one window leaves nothing on the screen in another, but words that are not kept yet', async () => {
  const context = await visit(clinic.origin, 'phone')
  await comesAnew(clinic, context, 'ada@example.com')
  const [list, writing, leaving] = [await context.newPage(), await context.newPage(), await context.newPage()]
  for (const page of [list, writing, leaving]) await page.goto('/messages')
  await writing.evaluate(() => document.querySelector('main')!.append(document.createElement('textarea')))
  await writing.locator('main textarea').fill('half a sentence')
  await leaving.getByRole('button', { name: en.nav.signOut }).click()
  await leaving.waitForURL('**/sign-in**')
  await list.waitForURL('**/sign-in**')
  await list.goBack()
  expect(new URL(list.url()).pathname).toBe('/sign-in')
  expect(await writing.locator('main textarea').inputValue()).toBe('half a sentence')
  await context.close()
})
