import { gzipSync } from 'node:zlib'
import type { BrowserContext, Page, Response } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityProblems } from '../support/browser.ts'
import { htmlProblems } from './valid-html.ts'

const MOST_HTML = 14_336 // bytes, zipped: what fits into a connection's first round trip

/** Somebody's browser with one page in it, looked over at every step. */
export interface Looking {
  page: Page
  /** Presses a button or a link by its name and waits for the page it leads to. */
  press(name: string): Promise<void>
  fill(label: string, text: string): Promise<void>
  /** The page as it is now holds what every page promises. */
  isWell(title: string): Promise<void>
}

export async function lookingThrough(context: BrowserContext): Promise<Looking> {
  const page = await context.newPage()
  let last: Response | null = null
  const complaints: string[] = []
  page.on('response', response => {
    if (response.request().isNavigationRequest() && response.frame() === page.mainFrame()) last = response
  })
  page.on('console', message => {
    // A form that came back is a failed load to the browser, and exactly what was meant.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text())
  })
  return {
    page,
    async press(name) {
      const target = page.getByRole('button', { name, exact: true }).or(page.getByRole('link', { name, exact: true }))
      await Promise.all([page.waitForNavigation(), target.first().click()])
    },
    fill: (label, text) => page.getByLabel(label, { exact: true }).fill(text),
    async isWell(title) {
      expect(await page.locator('h1').allTextContents()).toEqual([title])
      const html = await last!.text()
      expect((await page.title()).startsWith('Error: '), `${title} says in its title whether it came back`).toBe(
        (await page.locator('.summary').count()) > 0,
      )
      expect(await htmlProblems(html), `HTML of ${title}`).toEqual([])
      expect(gzipSync(html).length, `size of ${title}`).toBeLessThanOrEqual(MOST_HTML)
      expect(html).not.toMatch(/<script(?![^>]* src="\/assets\/(answer|passkey|showing|time-out)-)/)
      expect(await accessibilityProblems(page), `axe on ${title}`).toEqual([])
      expect(await sidewaysAt320(page), `${title} at 320 pixels`).toBe(0)
      expect(complaints).toEqual([])
    },
  }
}

/** By how many pixels one would have to scroll sideways on the narrowest phone. */
async function sidewaysAt320(page: Page): Promise<number> {
  const before = page.viewportSize()!
  await page.setViewportSize({ width: 320, height: 640 })
  const root = page.locator('html')
  const [needed, given] = await root.evaluate(element => [element.scrollWidth, element.clientWidth] as const)
  await page.setViewportSize(before)
  return needed - given
}
