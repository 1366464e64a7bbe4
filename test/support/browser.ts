import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import type { ClientRequest } from 'node:http'
import { createRequire } from 'node:module'
import type { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { inject } from 'vitest'
import { afterFile } from './closing.ts'

/** A phone draws each pixel of a page with four of its own; only whoever looks at a picture can tell. */
const PIXELS = process.env.SCREENSHOTS ? 2 : 1
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: PIXELS, isMobile: true, hasTouch: true }

/** The screens people hold: a small phone by day and by night, and a desk. */
const SCREENS = {
  phone: { ...PHONE, colorScheme: 'light' },
  phoneDark: { ...PHONE, colorScheme: 'dark' },
  desktop: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
} satisfies Record<string, BrowserContextOptions>

export type Screen = keyof typeof SCREENS

const withoutScripts = new WeakSet<BrowserContext>()

let connected: Promise<Browser> | null = null

/** This test file's line to the browser of its worker. */
function browser(): Promise<Browser> {
  connected ??= connect()
  return connected
}

async function connect(): Promise<Browser> {
  const response = await fetch(`${inject('chromium')}?worker=${process.env.VITEST_POOL_ID}`)
  const answer = await response.text()
  if (!response.ok) throw new Error(answer)
  const line = await uncompressed(() => chromium.connectOverCDP(answer))
  // Closing a line that was connected over CDP lets the browser itself live on for the other files.
  afterFile(() => {
    connected = null
    copies.clear()
    return line.close()
  })
  return line
}

/**
 * Playwright sends each page a script of 300 kB and offers to compress it, the browser agrees, and on one machine both spend more on that
 * than on the page. Here it is not offered.
 */
async function uncompressed<T>(connecting: () => Promise<T>): Promise<T> {
  const offersNothing = (message: unknown) => {
    const { request } = message as { request: ClientRequest }
    request.removeHeader('sec-websocket-extensions')
  }
  subscribe('http.client.request.created', offersNothing)
  try {
    return await connecting()
  } finally {
    unsubscribe('http.client.request.created', offersNothing)
  }
}

/**
 * A visitor's browser: empty profile, English, their screen. The caller closes it.
 *
 * @param origin - relative addresses lead here.
 */
export async function visit(origin: string, screen: Screen = 'phone', more: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await (await browser()).newContext({
    baseURL: origin,
    locale: 'en-US',
    timezoneId: 'America/New_York',
    ...SCREENS[screen],
    ...more,
  })
  context.setDefaultTimeout(10_000)
  if (more.javaScriptEnabled === false) withoutScripts.add(context)
  return context
}

/**
 * A phone that keeps passkeys, and whose owner puts the right finger on it whenever it asks; not while they are not there (`isPresent`).
 * Software takes what a field offers at once, which people do not: it offers passkeys there only where asked to (`inFields`).
 */
export async function givePasskeys(
  page: Page,
  { isPresent = true, inFields = false }: { isPresent?: boolean; inFields?: boolean } = {},
): Promise<{ credentials(): Promise<number> }> {
  const noneInFields =
    'globalThis.PublicKeyCredential && (PublicKeyCredential.isConditionalMediationAvailable = async () => false)'
  if (!inFields) await page.addInitScript(noneInFields)
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: isPresent,
    },
  })
  return {
    async credentials() {
      const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials.length
    },
  }
}

// Without its comments and long names; the package would send all of them to the page, and twice.
const ofItsPackage = createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright'))
const AXE = readFileSync(ofItsPackage.resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong with a page, one line each; empty when there is nothing. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  if (withoutScripts.has(page.context())) return accessibilityProblems(await copyOf(page))
  for (const frame of page.frames()) {
    // What is put into a page lasts as long as its window: many documents may be written into one.
    if (!(await frame.evaluate(() => 'axe' in window))) await frame.evaluate(AXE)
  }
  return page.evaluate(async () => {
    // What it finds nothing wrong with is neither described nor sent here: that takes longer than to look.
    const { violations } = await axe.run({ reporter: 'no-passes' })
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`))
  })
}

/** What is put into a page that axe looks at. */
declare const axe: { run(options: { reporter: 'no-passes' }): ReturnType<AxeBuilder['analyze']> }

/** Where what is seen without scripts is shown with them: one page for each origin that this test file visits. */
const copies = new Map<string, Promise<Page>>()

/** Axe is a script itself: what somebody without scripts sees is shown once more where scripts run. */
async function copyOf(page: Page): Promise<Page> {
  const html = (await page.content()).replaceAll('<noscript>', '<div>').replaceAll('</noscript>', '</div>')
  const { origin } = new URL(page.url())
  const opened = copies.get(origin) ?? pageForCopies(origin)
  copies.set(origin, opened)
  const copy = await opened
  await copy.evaluate(address => history.replaceState(null, '', address), page.url())
  await copy.setContent(html)
  return copy
}

/** An empty page of this origin, without anything the server would say about what may run on it. */
async function pageForCopies(origin: string): Promise<Page> {
  const page = await (await visit(origin)).newPage()
  const empty = { contentType: 'text/html; charset=utf-8', body: '<!doctype html>' }
  await page.route(`${origin}/`, route => route.fulfill(empty), { times: 1 })
  await page.goto(`${origin}/`)
  return page
}
