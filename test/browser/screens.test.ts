import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServedPeople, servedPeople } from '../flows/pages/asking.ts'
import { htmlOf, SEEN_PAGES } from '../flows/pages/seen.ts'
import { type Screen, visit } from '../support/browser.ts'
import { type Looking, ORIGIN, showing } from './accessibility/looking.ts'

// Pictures to look at, of every page that patients see (`npm run screenshots`). Nothing is compared: eyes are.

const FOLDER = process.env.SCREENSHOTS ?? ''

const TALLEST = 4_000 // CSS pixels: a list goes on as it began

const VIEWS: Record<string, { screen: Screen; language: string; more?: BrowserContextOptions; large?: boolean }> = {
  phone: { screen: 'phone', language: 'en' },
  'phone-dark': { screen: 'phoneDark', language: 'en' },
  desktop: { screen: 'desktop', language: 'en' },
  spanish: { screen: 'phone', language: 'es' },
  'right-to-left': { screen: 'phone', language: 'ar-XB' },
  'letters-200': { screen: 'phone', language: 'en', large: true },
  'zoom-200': { screen: 'desktop', language: 'en', more: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } },
}

let served: ServedPeople
beforeAll(async () => {
  served = await servedPeople()
})
afterAll(() => served.close())

describe.runIf(FOLDER).each(Object.entries(VIEWS))('%s', (view, { screen, language, more, large }) => {
  let looking: Pick<Looking, 'page' | 'show'>
  beforeAll(async () => {
    looking = await showing(await visit(ORIGIN, screen, { deviceScaleFactor: 1, ...more }))
    mkdirSync(path.join(FOLDER, view), { recursive: true })
  })
  afterAll(() => looking.page.context().close())

  test.each(SEEN_PAGES)('$name', async page => {
    const html = await htmlOf(served, page, language)
    await looking.show(html)
    // Playwright leaves out of the picture what a scroll bar would cover.
    await looking.page.addStyleTag({ content: 'html { scrollbar-width: none }' })
    if (large) await looking.page.addStyleTag({ content: 'html { font-size: 200% }' })
    const name = page.name.replace(/[^\w.]+/g, '-').replace(/-$/, '')
    const height = await looking.page.evaluate(() => document.documentElement.getBoundingClientRect().height)
    // Of all of the page: beside a scroll bar it would be narrower than its picture is.
    const { width } = looking.page.viewportSize()!
    const picture = await looking.page.screenshot({
      path: path.join(FOLDER, view, `${name}.png`),
      fullPage: true,
      clip: { x: 0, y: 0, width, height: Math.min(height, TALLEST) },
    })
    expect(picture.length).toBeGreaterThan(0)
  })
})
