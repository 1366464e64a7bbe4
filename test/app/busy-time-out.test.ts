import type { Route } from 'playwright-core'
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

const NOT_NOW: [string, (route: Route) => Promise<void>][] = [
  ['there is no line', route => route.abort()],
  ['the portal is busy', route => route.fulfill({ status: 503, headers: { 'retry-after': '3' } })],
]

test.each(NOT_NOW)(
  'whoever stays while %s is not led away from what they wrote; it is asked again until it is heard',
  async (what, fails) => {
    const address = `ada.${what.length}@example.com`
    const context = await visit(clinic.origin, 'phone')
    await comesAnew(clinic, context, address)
    const page = await context.newPage()
    await page.clock.install()
    await page.goto('/account/not-me')
    await page.evaluate(() => document.querySelector('main')!.append(document.createElement('textarea')))
    await page.locator('main textarea').fill('half a sentence')
    let asked = 0
    await page.route('**/still-here', route => (++asked < 3 ? fails(route) : route.fulfill({ status: 204 })))
    await page.clock.runFor('13:05')
    const dialog = page.getByRole('alertdialog')
    await dialog.getByRole('button', { name: en.timeOut.stay }).click()
    for (let i = 1; i < 3; i++) {
      await expect.poll(() => asked).toBe(i)
      await page.clock.runFor(6_000)
    }
    await dialog.waitFor({ state: 'hidden' })
    expect(await page.locator('main textarea').inputValue()).toBe('half a sentence')
    expect(new URL(page.url()).pathname).toBe('/account/not-me')
    await context.close()
  },
)
