import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { htmlProblems } from '../app/valid-html.ts'
import { type ServedPeople, servedPeople } from '../flows/pages/asking.ts'
import { htmlOf, SEEN_PAGES, UNSEEN } from '../flows/pages/seen.ts'
import { accessibilityProblems, visit } from '../support/browser.ts'

// What every page of patients promises, in every state: valid, small, nothing for axe to find, and what is the same on all of them.

const CLIENT = path.resolve(import.meta.dirname, '../../build/client')
const MOST_HTML = 14_336 // bytes, zipped: what fits into a connection's first round trip

let served: ServedPeople
let phone: Page
beforeAll(async () => {
  served = await servedPeople()
  phone = await (await visit('http://localhost', 'phone')).newPage()
})
afterAll(async () => {
  await phone.context().close()
  await served.close()
})

/** Written into the same window, page after page, so that axe is put there once. */
async function show(html: string): Promise<void> {
  const style = (_: string, file: string) => `<style>${readFileSync(CLIENT + file, 'utf8')}</style>`
  await phone.setContent(
    html.replace(/<link rel="stylesheet" href="([^"]+)"\/>/, style).replaceAll(/<script[\s\S]*?<\/script>/g, ''),
  )
}

const linksIn = (html: string, element: 'header' | 'footer'): string[] => {
  const [part = ''] = new RegExp(`<${element} .*?</${element}>`, 's').exec(html) ?? []
  return [...part.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, address]) => address!)
}

describe.each(SEEN_PAGES)('$name', page => {
  test('is valid and small, has scripts of ours alone, help in its place, and nothing that axe finds', async () => {
    const html = await htmlOf(served, page, 'en')
    expect(await htmlProblems(html)).toEqual([])
    expect(gzipSync(html).length).toBeLessThanOrEqual(MOST_HTML)
    expect(html).not.toMatch(/<script(?![^>]* src="\/assets\/(answer|passkey|showing|time-out)-[\w-]+\.js")/)
    // WCAG 3.2.6: in the same order on every page.
    expect(linksIn(html, 'header').slice(0, 2)).toEqual(['/', '/help'])
    expect(linksIn(html, 'footer')).toEqual(['/help', '/language', '/display'])
    await show(html)
    expect(await accessibilityProblems(phone)).toEqual([])
  })
})

test.each(UNSEEN)('$name: is looked at by nobody, for it is no page', async page => {
  await expect(htmlOf(served, page, 'en')).rejects.toThrow(`${page.name} is no page: it is`)
})

test('the page of printed codes, and the paper it is printed on, is called what it is', async () => {
  const page = SEEN_PAGES.find(({ name }) => name === 'POST enrol.printed-codes')!
  expect(await htmlOf(served, page, 'en')).toContain(`<title>${en.printedCodes.title} · `)
})

const ASKS_FOR_CODE = /^((GET|POST) (sign-in\.(code|app-code|printed-code)|enrol\.app)|POST sign-in\.recovery)$/

test('a code is asked for in one field, which phones fill in and which comes back as it was typed', async () => {
  const asking = SEEN_PAGES.filter(({ name }) => ASKS_FOR_CODE.test(name))
  for (const page of asking) {
    const html = await htmlOf(served, page, 'en')
    const fields = [...html.matchAll(/<input(?![^>]*type="hidden")[^>]*>/g)].map(([field]) => field)
    expect(fields, page.name).toHaveLength(1)
    expect(fields[0], page.name).toContain('autoComplete="one-time-code"')
    const typed = page.name.startsWith('POST') ? (page.row.fields as { code: string }).code : null
    expect(/ value="([^"]*)"/.exec(fields[0]!)?.[1] ?? null, page.name).toBe(typed)
  }
  const files = ['sign-in.code', 'sign-in.app-code', 'sign-in.printed-code', 'enrol.app']
  const names = [...files.flatMap(file => [`GET ${file}`, `POST ${file}`]), 'POST sign-in.recovery']
  expect(asking.map(({ name }) => name).sort()).toEqual(names.sort())
})
