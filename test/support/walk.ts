import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import type { Catalogue } from '../../app/language/en.ts'
import { LANGUAGES, type Language } from '../../app/language/words.ts'
import { accessibilityProblems, givePasskeys, type Screen, visit } from './browser.ts'

interface WalkOptions extends Omit<BrowserContextOptions, 'screen'> {
  screen?: Screen
  /** The language they read the pages in. */
  language?: Language
  /** What is wrong with a page they come to; axe says so, once for each page, when nobody else does. */
  problems?: (page: Page) => Promise<string[]>
  /** Names the folder of its pictures, when pictures are taken (`npm run screenshots`). */
  story?: string
}

/** Somebody who goes through the portal, finding their way by what is written on it; in whatever browser. */
export interface Goes {
  /** What is written on the pages, in the language they are read in. */
  words: Catalogue
  goTo(address: string): Promise<void>
  press(button: string | RegExp): Promise<void>
  follow(link: string | RegExp): Promise<void>
  type(field: string | RegExp, words: string): Promise<void>
  /** Waits for the page of this title; nothing may be wrong with it for anyone. */
  arrives(title: string | RegExp): Promise<void>
  /** Waits until these words stand on the page. */
  reads(words: string | RegExp): Promise<void>
  /** All that is written on the page. */
  says(): Promise<string>
}

/** Somebody with Chromium. */
export interface Walk extends Goes {
  page: Page
  context: BrowserContext
  /** Scripts and styles that were refused, and errors of scripts: none are expected. */
  complaints: string[]
}

/** Pages that were looked over in this test file; the same page need not be looked over twice. */
const checked = new Set<string>()

/** Opens a browser of its own for one test. With scripts, it also has a passkey device. */
export async function walk(origin: string, options: WalkOptions = {}): Promise<Walk> {
  const { screen = 'phone', story = '', language = 'en', problems, ...more } = options
  const context = await visit(origin, screen, more)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  if (more.javaScriptEnabled !== false) await givePasskeys(page)
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => {
    if (/Content Security Policy|Refused to/i.test(message.text())) complaints.push(message.text())
  })
  const picture = photographer(page, story === '' ? screen : path.join(screen, story))
  return {
    page,
    context,
    words: LANGUAGES[language].words,
    complaints,
    goTo: async address => void (await page.goto(address)),
    async press(name) {
      // A passkey is asked for only on the page that is in front.
      await page.bringToFront()
      await page.getByRole('button', { name, exact: true }).click()
    },
    follow: name => page.getByRole('link', { name, exact: true }).first().click(),
    type: (field, words) => page.getByLabel(field).fill(words),
    reads: words => page.getByText(words).first().waitFor(),
    says: () => page.locator('main').innerText(),
    async arrives(title) {
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      expect(await page.title(), 'a page says in the browser’s tab which it is').toMatch(/\S · \S/)
      expect(await narrowFields(page), `${page.url()}: what is typed can be seen`).toEqual([])
      await picture()
      if (problems) return expect(await problems(page), `${page.url()} (${title})`).toEqual([])
      const kind = `${screen} ${title}`
      if (!checked.has(kind)) expect(await accessibilityProblems(page), `${page.url()} (${title})`).toEqual([])
      checked.add(kind)
    },
  }
}

const NARROWEST = 60 // CSS pixels: a year, the shortest thing anybody types

/** The fields too narrow for what is typed into them, by name. */
const narrowFields = (page: Page): Promise<string[]> =>
  page.evaluate(narrowest => {
    const fields = document.querySelectorAll('input:not([type=radio], [type=checkbox], [type=hidden]), textarea')
    return [...fields].flatMap(field => {
      const { width } = field.getBoundingClientRect()
      return field.checkVisibility() && width < narrowest ? [`${field.getAttribute('name')}: ${width}`] : []
    })
  }, NARROWEST)

/** Takes a numbered picture of each page, into the folder SCREENSHOTS names; does nothing without it. */
function photographer(page: Page, folder: string): () => Promise<void> {
  const root = process.env.SCREENSHOTS
  let count = 0
  return async () => {
    if (!root) return
    const [name = ''] = (await page.title()).split(' · ')
    const title = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 40)
    mkdirSync(path.join(root, folder), { recursive: true })
    await page.screenshot({ path: path.join(root, folder, `${String(++count).padStart(2, '0')}-${title}.png`), fullPage: true })
  }
}

/** The screens a story is walked on: the phone alone, but all of them when pictures are taken. */
export const storyScreens: Screen[] = process.env.SCREENSHOTS ? ['phone', 'phoneDark', 'desktop'] : ['phone']
