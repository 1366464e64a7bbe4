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

/** The narrowest phone there is, for whoever is looked over at every step: nothing on it may have to be scrolled sideways. */
export const NARROWEST = { viewport: { width: 320, height: 640 } }

/** @param context - of a browser as narrow as {@link NARROWEST}. */
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
      const { headings, name, problems, width, sideways } = await page.evaluate(whatIsThere)
      expect(headings).toEqual([title])
      const html = await last!.text()
      expect(name.startsWith('Error: '), `${title} says in its title whether it came back`).toBe(problems > 0)
      expect([width, sideways], `${title} on the narrowest phone`).toEqual([NARROWEST.viewport.width, 0])
      expect(await htmlProblems(html), `HTML of ${title}`).toEqual([])
      expect(gzipSync(html).length, `size of ${title}`).toBeLessThanOrEqual(MOST_HTML)
      expect(html).not.toMatch(/<script(?![^>]* src="\/assets\/(answer|passkey|showing|time-out)-)/)
      expect(await accessibilityProblems(page), `axe on ${title}`).toEqual([])
      expect(complaints).toEqual([])
    },
  }
}

/**
 * Runs in the page, and asks for everything at once: what Playwright looks for elements with is a script ten times as long as most pages,
 * and is given to each of them that somebody asks about elements.
 */
const whatIsThere = () => {
  const { scrollWidth, clientWidth } = document.documentElement
  return {
    headings: [...document.querySelectorAll('h1')].map(({ textContent }) => textContent),
    name: document.title,
    /** Summaries of what has to be put right. */
    problems: document.querySelectorAll('.summary').length,
    width: clientWidth,
    /** By how many pixels one would have to scroll to the side. */
    sideways: scrollWidth - clientWidth,
  }
}
