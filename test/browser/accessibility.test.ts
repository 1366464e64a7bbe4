import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedPeople, servedPeople } from '../flows/pages/asking.ts'
import { htmlOf, SEEN_PAGES } from '../flows/pages/seen.ts'
import type { SeenPage } from '../flows/pages/states.ts'
import { type Looking, lookingAround } from './accessibility/looking.ts'

// What axe does not look at, on every page that patients see. accessibility-controls.test.ts shows that each check bites.

let served: ServedPeople
let looking: Looking
beforeAll(async () => {
  ;[served, looking] = await Promise.all([servedPeople(), lookingAround()])
})
afterAll(() => Promise.all([served.close(), looking.page.context().close()]))

test.each(SEEN_PAGES)('$name: everyone gets through it, by key, finger, ear and eye', async page => {
  const html = await htmlOf(served, page, 'en')
  await looking.show(html)
  expect(await looking.problems()).toEqual({})
  expect(await unheardWhilePasskeyFails()).toEqual([])
})

/** Presses the passkey button, if there is one. Nothing answers it here, so that the page has to say what went wrong. */
async function unheardWhilePasskeyFails(): Promise<string[]> {
  const button = looking.page.locator('[data-passkey] button:visible').first()
  if ((await button.count()) === 0) return []
  await looking.page.evaluate(() => globalThis.looking.watchWords())
  await button.focus()
  await looking.page.keyboard.press('Enter')
  await looking.page.locator('[data-passkey] [role=status]:visible').filter({ hasText: /\p{L}/u }).first().waitFor()
  await expect.poll(() => button.evaluate(each => document.activeElement === each && !each.hasAttribute('disabled'))).toBe(true)
  return looking.page.evaluate(() => globalThis.looking.unheardWords())
}

const named = (name: string): SeenPage => SEEN_PAGES.find(page => page.name === name)!
const OPENED = named('GET messages.$messageId._index (opened)')
const WRITING = named('GET messages.$messageId.reply._index (opened)')

test('each page has a name of its own in the browser’s tab, and in the history', async () => {
  const files = new Map<string, Set<string>>()
  for (const page of SEEN_PAGES.filter(({ row }) => row.method === 'GET')) {
    const title = /<title>(.*?)<\/title>/.exec(await htmlOf(served, page, 'en'))?.[1]
    if (title !== undefined) files.set(title, (files.get(title) ?? new Set()).add(page.row.file))
  }
  expect([...files].filter(([, { size }]) => size > 1).map(([title, shared]) => [title, ...shared])).toEqual([])
  expect([...files.keys()].filter(title => !/\S · \S/.test(title))).toEqual(['Secure messages'])
})

test('a printed code stands in one line, on a desk, on the narrowest phone, and on paper', async () => {
  const { page, show } = looking
  await show(await htmlOf(served, named('POST enrol.printed-codes'), 'en'))
  const before = page.viewportSize()!
  const broken = () =>
    page.locator('.codes code').evaluateAll(codes => codes.filter(code => code.getClientRects().length !== 1).length)
  expect(await page.locator('.codes code').count()).toBe(10)
  for (const width of [1_280, 390, 320]) {
    await page.setViewportSize({ width, height: 800 })
    expect([width, await broken()]).toEqual([width, 0])
  }
  await page.setViewportSize({ width: 702, height: 942 }) // of a letter sheet, between its margins
  await page.emulateMedia({ media: 'print' })
  expect(await broken()).toBe(0)
  await page.emulateMedia({ media: 'screen' })
  await page.setViewportSize(before)
})

test('what a sender wrote is read out in the language it was written in', async () => {
  await looking.show(await htmlOf(served, OPENED, 'es'))
  const { page } = looking
  expect(await page.locator('html').getAttribute('lang')).toBe('es')
  for (const words of [page.locator('h1'), page.locator('.letter')])
    expect(await words.evaluate(element => element.closest('[lang]')?.getAttribute('lang'))).toBe('en')
  // Names of languages are said as those say them who speak them.
  expect(await page.locator('footer [lang=en]').textContent()).toBe('Language')
})

test('before the time is over a question takes the focus and keeps it; one press gives it back', async () => {
  const { page } = looking
  await page.clock.install()
  await looking.show(await htmlOf(served, WRITING, 'en'))
  await page.route('**/still-here', route => route.fulfill({ status: 204 }))
  const field = page.locator('textarea')
  await field.focus()
  await page.evaluate(() => globalThis.looking.watchWords())
  await page.clock.fastForward(13 * 60_000 + 1_000)
  const dialog = page.locator('dialog[open]')
  await dialog.waitFor()
  const isWithin = () =>
    dialog.evaluate(element => element.contains(document.activeElement) || document.activeElement === document.body)
  for (let key = 0; key < 4; key++) {
    expect(await isWithin()).toBe(true)
    await page.keyboard.press('Tab')
  }
  await dialog.getByRole('button').first().click()
  await dialog.waitFor({ state: 'hidden' })
  expect(await field.evaluate(element => element === document.activeElement)).toBe(true)
  expect(await page.evaluate(() => globalThis.looking.unheardWords())).toEqual([])
})
