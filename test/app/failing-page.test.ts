import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { es } from '../../app/language/es.ts'
import { openServer } from '../../server/http.ts'
import { proxiesAt } from '../../server/web/network.ts'
import type { BuiltPages } from '../../server/web/pages.ts'
import { StaticFiles } from '../../server/web/static.ts'
import { type TestPortal, wholePortal } from '../support/whole-portal.ts'

// Real pages, of which two really fail: one while it is made into HTML, one while it asks for what it shows.

const BUILD = path.resolve(import.meta.dirname, '../../build')
const broken = (): never => {
  throw new TypeError('Ada Lopez has a rash')
}

/** The built pages, with another part of one of them. */
function withPart(pages: BuiltPages, id: string, part: 'default' | 'loader'): BuiltPages {
  const route = pages.routes[id]!
  return { ...pages, routes: { ...pages.routes, [id]: { ...route, module: { ...route.module, [part]: broken } } } }
}

let portal: TestPortal
let origin: string
let close: () => Promise<void>

beforeAll(async () => {
  const { server, serve } = openServer()
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve))
  origin = `http://localhost:${(server.address() as AddressInfo).port}`
  portal = await wholePortal({ settings: { origin } })
  const built = (await import(pathToFileURL(path.join(BUILD, 'server/index.js')).href)) as BuiltPages
  serve({
    origin,
    environment: 'production',
    portal: portal.portal,
    pages: withPart(withPart(built, 'routes/help', 'default'), 'routes/sign-in.lost', 'loader'),
    files: await StaticFiles.in(path.join(BUILD, 'client')),
    proxies: proxiesAt([]),
    mostUploadBytes: 1_000,
    development: null,
    log: portal.parts.log,
    clock: portal.clock.read,
  })
  close = async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
    await portal.close()
  }
})
afterAll(() => close())

test.each([
  ['does not render', '/help', 'en', en],
  ['does not render', '/help', 'es', es],
  ['does not load', '/sign-in/lost', 'en', en],
  ['does not load', '/sign-in/lost', 'es', es],
])(
  'a page that %s (%s, %s) is a whole page that says so, with a reference that finds the line in the log',
  async (_, at, language, words) => {
    const answer = await fetch(origin + at, { headers: { 'accept-language': language } })
    const html = await answer.text()
    expect(answer.status).toBe(500)
    expect(html).toMatch(new RegExp(`^<!doctype html><html lang="${language}"`))
    const { title, text } = words.failure.unknown
    expect(html).toContain(`<title>${title} · ${words.portal}</title>`)
    expect(html).toContain(`<h1>${title}</h1><p>${text}</p>`)
    expect(html).not.toMatch(/rash|TypeError|\.js:\d/)
    const reference = /<bdi>([0-9A-Z]{4}-[0-9A-Z]{4})<\/bdi>/.exec(html)?.[1]
    const found = portal.log.filter(({ facts }) => facts.incident === reference)
    expect(found.map(({ level, event, error }) => [level, event, error instanceof Error])).toEqual([
      ['error', 'page.failed', true],
    ])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  },
)

test('the pages around one that fails go on', async () => {
  await fetch(`${origin}/help`)
  expect((await fetch(`${origin}/sign-in`)).status).toBe(200)
})
