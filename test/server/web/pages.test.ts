import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { matchRoutes } from '@remix-run/react'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { type BuiltPages, forBrowserOf, pageMaker, type RenderPage } from '../../../server/web/pages.ts'
import { StaticFiles } from '../../../server/web/static.ts'

const BUILD = path.resolve(import.meta.dirname, '../../../build')
const built = (await import(path.join(BUILD, 'server/index.js'))) as BuiltPages

type Routes = BuiltPages['routes']
const ORIGIN = 'http://localhost'

/** Pages whose framework says which route it would take, and among how many it chose. */
const choosing: BuiltPages = {
  ...built,
  entry: {
    module: {
      ...built.entry.module,
      createRequestHandler: pages => async request => {
        const { routes } = pages as BuiltPages
        return Response.json({ chosen: chosenOf(routes, new URL(request.url).pathname), among: Object.keys(routes).length })
      },
    },
  },
}

function chosenOf(routes: Routes, path: string): string[] {
  const below = (parent: string | undefined): object[] =>
    Object.values(routes)
      .filter(({ parentId }) => parentId === parent)
      .map(({ id, path, index }) => (index ? { id, path, index } : { id, path, children: below(id) }))
  return (matchRoutes(below(undefined), path) ?? []).map(({ route }) => (route as { id: string }).id)
}

const WORDS = [...new Set(Object.values(built.routes).flatMap(({ path = '' }) => path.split('/')))]
const ODD = ['', '.', '*', ':messageId', 'MESSAGES', 'msg_1', 'm%65ssages', '%2F', 'é', 'constructor']

async function chosen(make: RenderPage, path: string): Promise<{ chosen: string[]; among: number }> {
  const answer = await make(new Request(ORIGIN + path), {} as Parameters<RenderPage>[1])
  return (await answer.json()) as { chosen: string[]; among: number }
}

/** Enough of a context for a page that tells nothing. */
const NOBODY = {
  ...{
    visitor: null,
    language: 'en',
    display: null,
    formToken: () => 'word',
    nonce: 'nonce',
    origin: ORIGIN,
    development: false,
  },
  requireKnown: () => undefined,
  admit: async () => undefined,
} as unknown as Parameters<RenderPage>[1]

test('whatever the path, the route is the one that would be chosen among all', async () => {
  const make = pageMaker(choosing)
  const anyPath = fc.array(fc.constantFrom(...WORDS, ...ODD), { maxLength: 6 }).map(segments => `/${segments.join('/')}`)
  await fc.assert(
    fc.asyncProperty(anyPath, async path => {
      const { pathname } = new URL(ORIGIN + path)
      expect((await chosen(make, path)).chosen).toEqual(chosenOf(built.routes, pathname))
    }),
    { numRuns: 500 },
  )
})

test('every page is found by its own path, among a few', async () => {
  const make = pageMaker(choosing)
  for (const { id, path = '' } of Object.values(built.routes)) {
    const own = `/${path.replace(/:\w+/g, 'some')}`
    const found = await chosen(make, own)
    expect(found.chosen).toEqual(chosenOf(built.routes, own))
    if (id !== 'root') expect(found.among, own).toBeLessThanOrEqual(6)
  }
})

test.each(['/m/secret-locator%', '/invitation/secret%zz', '/%e2%82/secret'])(
  '%s is nowhere, and stands in no log',
  async path => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const { chosen: routes } = await chosen(pageMaker(choosing), path)
    const answer = await pageMaker(built)(new Request(ORIGIN + path, { method: 'POST', body: 'a=b' }), NOBODY)
    const warned = warn.mock.calls.length
    warn.mockRestore()
    expect([routes, answer.status, warned]).toEqual([['root', 'routes/$'], 404, 0])
  },
)

test('no script of the framework is served, and every file that a page names', async () => {
  const ofFramework = forBrowserOf(built)
  const files = await StaticFiles.in(path.join(BUILD, 'client'), ofFramework)
  const served = (path: string) => files.answer(new Request(ORIGIN + path), path) !== null
  expect([ofFramework.size > 50, [...ofFramework].filter(served)]).toEqual([true, []])
  const text = await readFile(path.join(BUILD, 'server/index.js'), 'utf8')
  const named = [...text.matchAll(/^const \w+ = "(\/assets\/[^"]+)";$/gm)].map(([, path]) => path!)
  expect([named.some(path => path.endsWith('.css')), named.some(path => path.endsWith('.js'))]).toEqual([true, true])
  expect(named.filter(path => !served(path))).toEqual([])
})
