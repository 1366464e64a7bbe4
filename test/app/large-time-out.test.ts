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

test('with letters twice as large on a small phone, the question before the time is over keeps its answer in sight', async () => {
  const context = await visit(clinic.origin, 'phone', { viewport: { width: 320, height: 568 } })
  await comesAnew(clinic, context, 'ada@example.com')
  const page = await context.newPage()
  await page.clock.install()
  await page.goto('/messages')
  await page.clock.runFor('13:05')
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%'
    document.querySelector('dialog')!.scrollTop = 0
  })
  const dialog = page.getByRole('alertdialog')
  expect(await dialog.evaluate(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight), 'it must be scrolled').toBe(true)
  const { y, height } = (await dialog.getByRole('button', { name: en.timeOut.stay }).boundingBox())!
  expect(y).toBeGreaterThanOrEqual(0)
  expect(y + height).toBeLessThanOrEqual(568)
  await context.close()
})
