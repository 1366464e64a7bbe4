import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CDPSession, chromium } from 'playwright-core'
import { startBrowser } from '../support/chromium.ts'
import { launchServer } from '../support/launch.ts'
import { type Bench, median, rowOf } from './paired.ts'
import { type Prepared, preparedFolder } from './prepared.ts'

/**
 * A cheap phone in a bad place, as Lighthouse's preset `mobileSlow4G` makes it: a round trip of 150 ms, which becomes 3.75 times as much for
 * each request, 1.6 Mbit/s down and 750 kbit/s up, of both nine tenths, and a processor four times slower.
 *
 * @see https://github.com/GoogleChrome/lighthouse at b975c5033dbf, lighthouse-core/config/constants.js
 */
const SLOW_4G = {
  offline: false,
  latency: 150 * 3.75,
  downloadThroughput: ((1.6 * 1024 * 1024) / 8) * 0.9,
  uploadThroughput: ((750 * 1024) / 8) * 0.9,
}
/**
 * The preset “Slow 3G” of DevTools, as Puppeteer keeps it: a round trip of 400 ms, five times as much for each request, and 500 kbit/s both
 * ways, of which eight tenths.
 *
 * @see https://github.com/puppeteer/puppeteer at 38b7a2cf2feb, packages/puppeteer-core/src/cdp/PredefinedNetworkConditions.ts
 */
const SLOW_3G = {
  offline: false,
  latency: 400 * 5,
  downloadThroughput: ((500 * 1000) / 8) * 0.8,
  uploadThroughput: ((500 * 1000) / 8) * 0.8,
}
const NETWORKS = { 'slow-3g': SLOW_3G, 'slow-4g': SLOW_4G }
const SLOWER = 4
const ROUNDS = 3
const EMPTY = '<!doctype html><html lang="en"><title>Empty</title><p>.</p>'

/**
 * How long somebody looks at nothing: first contentful paint with an empty cache, beside a page of one letter over the same network. The page asks
 * for one thing before it can be painted, its one style sheet: two requests one after the other, hence twice the floor. No fonts, no pictures,
 * and scripts are modules, which nothing waits for. Styles within each page would halve it, for the first page alone: all others find them kept.
 */
export const FIRST_PAINT: Bench = {
  name: 'first-paint',
  async run(progress) {
    const prepared = await preparedFolder()
    const server = await launchServer({ PORTAL_DATA: prepared.folder, LOG_LEVEL: 'warn' })
    const floor = await emptyPage()
    const browser = await startBrowser()
    const line = await chromium.connectOverCDP(browser.endpoint)
    try {
      const paths = pathsOf(prepared)
      const rows = []
      for (const [network, conditions] of Object.entries(NETWORKS)) {
        for (const [name, path] of Object.entries(paths)) {
          const times = { work: [] as number[], floor: [] as number[] }
          for (let round = 0; round < ROUNDS; round++) {
            times.work.push(await firstPaint(line, server.origin + path, prepared, conditions))
            times.floor.push(await firstPaint(line, floor.url, prepared, conditions))
          }
          rows.push(rowOf(`first-paint-${network}: ${name}`, 'ms', { work: median(times.work), floor: median(times.floor) }))
          progress(rows.length / (Object.keys(NETWORKS).length * Object.keys(paths).length))
        }
      }
      return rows
    } finally {
      await line.close()
      await browser.stop()
      floor.close()
      await server.stop()
      await prepared.remove()
    }
  },
}

const pathsOf = ({ opened }: Prepared): Record<string, string> => ({
  landing: '/m/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'sign-in': '/sign-in',
  'list-50': '/messages',
  message: `/messages/${opened}`,
})

type Line = Awaited<ReturnType<typeof chromium.connectOverCDP>>

/** @returns milliseconds from asking to the first letter on the screen of a phone that was never here. */
async function firstPaint(line: Line, url: string, { sessions }: Prepared, conditions: typeof SLOW_3G): Promise<number> {
  const context = await line.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true })
  try {
    const [name = '', value = ''] = sessions[0]!.split('=')
    await context.addCookies([{ name, value, domain: 'localhost', path: '/', secure: true, httpOnly: true }])
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    await slowDown(session, conditions)
    await page.goto(url, { waitUntil: 'load', timeout: 60_000 })
    return await page.evaluate(
      () =>
        new Promise<number>(resolve => {
          const look = (entries: PerformanceEntryList) => {
            const painted = entries.find(({ name }) => name === 'first-contentful-paint')
            if (painted) resolve(painted.startTime)
          }
          new PerformanceObserver(list => look(list.getEntries())).observe({ type: 'paint', buffered: true })
        }),
    )
  } finally {
    await context.close()
  }
}

async function slowDown(session: CDPSession, conditions: typeof SLOW_3G): Promise<void> {
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', conditions)
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
}

async function emptyPage(): Promise<{ url: string; close(): void }> {
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(EMPTY))
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
