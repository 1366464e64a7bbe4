import path from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { build, type Rollup } from 'vite'
import { visit } from '../../support/browser.ts'

declare global {
  /** What in-page/looking.ts exports, in the page that is looked at. */
  var looking: typeof import('./in-page/looking.ts').default
}

const BUILD = path.resolve(import.meta.dirname, '../../../build/client')
export const ORIGIN = 'http://localhost'

/** The checks as one script, made once. */
async function checks(): Promise<string> {
  const [made] = (await build({
    configFile: false,
    logLevel: 'silent',
    publicDir: false,
    build: {
      write: false,
      minify: false,
      lib: { entry: path.join(import.meta.dirname, 'in-page/looking.ts'), formats: ['iife'], name: 'looking' },
    },
  })) as Rollup.RollupOutput[]
  // Playwright runs it in a function of its own: what it names has to be handed on.
  return `${made!.output[0].code}; globalThis.looking = looking`
}

/** A browser in which pages are looked at one after the other, by people of every kind. */
export interface Looking {
  page: Page
  /** Shows this page as if it had been served, with its own styles and scripts. */
  show(html: string): Promise<void>
  /** What each check finds wrong with what is shown; without those that find nothing. */
  problems(): Promise<Record<string, string[]>>
}

const PHONE = { width: 390, height: 844 }
const NARROW = { width: 320, height: 256 } // also a screen of 1280 × 1024 at 400 % (WCAG 1.4.10)

/** Each theme as the device asks for it, or as somebody chose it against their device. */
type Theme = Pick<NonNullable<Parameters<Page['emulateMedia']>[0]>, 'colorScheme' | 'contrast' | 'forcedColors'>
const THEMES: Record<string, Theme & { chosen?: Record<string, string> }> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'more contrast': { colorScheme: 'light', contrast: 'more' },
  'dark, more contrast': { colorScheme: 'dark', contrast: 'more' },
  'dark by choice': { colorScheme: 'light', chosen: { theme: 'dark' } },
  'light and more contrast by choice': { colorScheme: 'dark', chosen: { theme: 'light', contrast: 'more' } },
  'forced colours': { colorScheme: 'light', forcedColors: 'active' },
  'forced colours, dark': { colorScheme: 'dark', forcedColors: 'active' },
}
const PLAIN = { media: 'screen', colorScheme: 'light', contrast: 'no-preference', forcedColors: 'none' } as const

/** A page of this visitor's that shows whatever it is given, as if it had been served: with its own styles and scripts. */
export async function showing(context: BrowserContext): Promise<Pick<Looking, 'page' | 'show'>> {
  const page = await context.newPage()
  let shown = ''
  await page.route('**', route => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/shown') return route.fulfill({ contentType: 'text/html; charset=utf-8', body: shown })
    return /^\/(assets\/|icon)/.test(pathname) ? route.fulfill({ path: path.join(BUILD, pathname) }) : route.abort()
  })
  return {
    page,
    async show(html) {
      shown = html
      await page.goto(`${ORIGIN}/shown`)
      // What takes the focus by itself does so when the page is drawn for the first time.
      await page.evaluate(() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn))))
    },
  }
}

/** As Playwright says it to the browser. */
const emulated = ({ colorScheme, contrast, forcedColors }: Theme) => ({
  media: PLAIN.media,
  features: [
    { name: 'prefers-color-scheme', value: colorScheme ?? PLAIN.colorScheme },
    { name: 'prefers-contrast', value: contrast ?? PLAIN.contrast },
    { name: 'forced-colors', value: forcedColors ?? PLAIN.forcedColors },
  ],
})

/** Runs in the page. What is faint there when somebody has chosen this. */
const faintest = (chosen: Record<string, string>): string[] => {
  const { dataset } = document.documentElement
  Object.assign(dataset, chosen)
  const found = [...looking.faint(), ...looking.faintFocus()]
  for (const name of Object.keys(chosen)) delete dataset[name]
  return found
}

/** The caller closes the page's context. */
export async function lookingAround(): Promise<Looking> {
  const context = await visit(ORIGIN, 'phone', { viewport: PHONE, isMobile: false })
  await context.addInitScript(await checks())
  const { page, show } = await showing(context)
  const lines = await context.newCDPSession(page)

  /** Keys are sent all at once: a page answers them in their order, and each way there and back takes longer than the key. */
  async function tabbed(): Promise<string[]> {
    const count = await page.evaluate(() => looking.beginTabbing())
    const tab = { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 }
    const strokes = Array.from({ length: count }, () => [
      lines.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...tab }),
      lines.send('Input.dispatchKeyEvent', { type: 'keyUp', ...tab }),
    ])
    await Promise.all(strokes.flat())
    return page.evaluate(() => looking.endTabbing())
  }

  /** All themes are asked for at once, and answered in their order: a page that has to wait for the next would be drawn in each of them. */
  async function faint(): Promise<string[]> {
    const found = Object.entries(THEMES).map(async ([theme, { chosen = {}, ...media }]) => {
      const [, { result, exceptionDetails }] = await Promise.all([
        lines.send('Emulation.setEmulatedMedia', emulated(media)),
        lines.send('Runtime.evaluate', { expression: `(${faintest})(${JSON.stringify(chosen)})`, returnByValue: true }),
      ])
      if (exceptionDetails) throw new Error(`${theme}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`)
      return (result.value as string[]).map(problem => `${theme}: ${problem}`)
    })
    return (await Promise.all(found)).flat()
  }

  async function paper(): Promise<string[]> {
    // Somebody whose screen is dark prints, too.
    await page.emulateMedia({ ...PLAIN, media: 'print', colorScheme: 'dark' })
    const found = await page.evaluate(() => looking.printed())
    await page.emulateMedia(PLAIN)
    return found
  }

  async function narrow(): Promise<string[]> {
    await page.setViewportSize(NARROW)
    const reflown = await page.evaluate(() => looking.spills())
    const spaced = await page.evaluate(() => {
      looking.spaceOut()
      return looking.spills()
    })
    await page.setViewportSize(PHONE)
    const enlarged = await page.evaluate(() => {
      looking.enlarge()
      return looking.spills()
    })
    return [
      ...reflown.map(what => `320 pixels: ${what}`),
      ...spaced.map(what => `spaced out: ${what}`),
      ...enlarged.map(what => `large letters: ${what}`),
    ]
  }

  return {
    page,
    show,
    async problems() {
      const found = {
        // First, as it looks at what has the focus when the page is there.
        structure: await page.evaluate(() => looking.structure()),
        targets: await page.evaluate(() => looking.small()),
        colourAlone: await page.evaluate(() => looking.onlyColour()),
        keyboard: await tabbed(),
        contrast: await faint(),
        paper: await paper(),
        // Last, as it leaves the page spread out.
        room: await narrow(),
      }
      return Object.fromEntries(Object.entries(found).filter(([, problems]) => problems.length > 0))
    },
  }
}
