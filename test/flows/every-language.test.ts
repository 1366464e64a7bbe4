import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLOSES, OPENS } from '../../app/language/pseudo.ts'
import { spills } from '../browser/accessibility/in-page/overflow.ts'
import { visit } from '../support/browser.ts'
import { type ServedPeople, servedPeople } from './pages/asking.ts'
import { htmlOf, SEEN_PAGES } from './pages/seen.ts'

// Every page that patients see, in languages that nobody speaks: one with long words, and one from right to left.

let served: ServedPeople
beforeAll(async () => {
  served = await servedPeople()
})
afterAll(() => served.close())

/** Names, moments, codes, addresses, and words of a message, in whatever language they are: marked as such, or they turn sentences round. */
const GIVEN = 'bdi, time, code, [dir=auto], [lang]:not(html), script, style'

/** Runs in the page. @returns what it says in letters that came from no catalogue and are not marked as somebody else's */
function strayWords(root: Element, { opens, closes, given }: { opens: string; closes: string; given: string }): string[] {
  const texts: [Element, string][] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) texts.push([walker.currentNode.parentElement!, walker.currentNode.textContent ?? ''])
  for (const element of root.querySelectorAll('*'))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'label', 'summary'])
      texts.push([element, element.getAttribute(name) ?? ''])
  // A sentence may hold another: how long to wait, and a name that has words of its own.
  const innermost = new RegExp(`${opens}[^${opens}${closes}]*${closes}`, 'g')
  const unmarked = (text: string): string => {
    const rest = text.replaceAll(innermost, '')
    return rest === text ? text : unmarked(rest)
  }
  return texts
    .map(([element, text]) => [element, unmarked(text)] as const)
    .filter(([element, text]) => /\p{L}/u.test(text) && !element.closest(given))
    .map(([element, text]) => `<${element.tagName.toLowerCase()}> ${text.trim()}`)
}

/** The narrowest phone there is, showing whatever it is given in the portal's own styles. */
let context: BrowserContext
let phone: Page
beforeAll(async () => {
  context = await visit('http://localhost', 'phone', { viewport: { width: 320, height: 640 } })
  phone = await context.newPage()
})
afterAll(() => context.close())

const CLIENT = path.resolve(import.meta.dirname, '../../build/client')

interface Shown {
  direction: string
  strays: string[]
  spilt: string[]
  isStyled: boolean
}

async function show(html: string): Promise<Shown> {
  const styled = html
    .replace(
      /<link rel="stylesheet" href="([^"]+)"\/>/,
      (_, file: string) => `<style>${readFileSync(CLIENT + file, 'utf8')}</style>`,
    )
    .replaceAll(/<script[\s\S]*?<\/script>/g, '')
  await phone.setContent(styled)
  // As words, for each function on its own would have to be sent, and asked about, by itself.
  return phone.evaluate<Shown>(`(root => ({
    direction: getComputedStyle(root).direction,
    strays: (${strayWords})(root, ${JSON.stringify({ opens: OPENS, closes: CLOSES, given: GIVEN })}),
    spilt: (${spills})(root),
    isStyled: getComputedStyle(root).getPropertyValue('--target') !== '',
  }))(document.documentElement)`)
}

test.each(SEEN_PAGES)(
  '$name: every word comes from a catalogue, and fits however long it is and wherever it begins',
  async page => {
    const long = await htmlOf(served, page, 'en-XA')
    expect(long).toContain(OPENS)
    expect(await show(long)).toEqual({ direction: 'ltr', strays: [], spilt: [], isStyled: true })
    const turned = await htmlOf(served, page, 'ar-XB')
    expect(await show(turned)).toEqual({ direction: 'rtl', strays: [], spilt: [], isStyled: true })
  },
)

test('a word that stands in no catalogue is found, and a box that is too wide', async () => {
  const page = `<!doctype html><html><head><meta name="viewport" content="width=device-width"></head><body><main><p>${OPENS}Fine ${OPENS}and${CLOSES} well${CLOSES} <bdi>Ada Lopez</bdi></p>`
  expect(await show(page)).toMatchObject({ strays: [], spilt: [] })
  const wrong = `${page}<p>Hello</p><img alt="A picture"><div style="width: 400px">${OPENS}Wide${CLOSES}</div>`
  expect(await show(wrong)).toMatchObject({
    strays: ['<p> Hello', '<img> A picture'],
    spilt: [expect.stringMatching(/^the page/)],
  })
})
