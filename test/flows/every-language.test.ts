import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLOSES, OPENS } from '../../app/language/pseudo.ts'
import { newId, newSecret } from '../../server/ids.ts'
import { visit } from '../support/browser.ts'
import { type Thing, thingsOf } from './access/things.ts'
import { type ServedPeople, servedPeople } from './pages/asking.ts'
import type { PageRow, VisitorRole } from './pages/doors.ts'
import { PAGES } from './pages/rows.ts'

// Every page that patients see, in languages that nobody speaks: one with long words, and one from right to left.

let served: ServedPeople
beforeAll(async () => {
  served = await servedPeople()
})
afterAll(() => served.close())

/** Who sees most of a page comes first: one of them is enough for each. */
const READERS: VisitorRole[] = ['patient', 'newcomer', 'mailboxOnly', 'anonymous']
/** Answers that are no pages: a file, options of a passkey, nothing at all. */
const NO_PAGES = new Set([
  'messages.$messageId.attachments.$attachmentId',
  'messages.$messageId.reply.draft',
  'messages.$messageId.reply.files',
  'sign-in.passkey.options',
  'enrol.passkey.options',
  'still-here',
])

const answerTo = ({ answers }: PageRow, role: VisitorRole): string => {
  const answer = answers[role]
  return typeof answer === 'string' ? answer : answer.own
}
const isSeen = (row: PageRow, role: VisitorRole) => ['shows', 'again', 'missing', 'forbidden'].includes(answerTo(row, role))

const seen = PAGES.filter(row => !NO_PAGES.has(row.file)).flatMap(row => {
  const role = READERS.find(each => isSeen(row, each))
  return role ? [{ name: `${row.method} ${row.file}${row.about ? ` (${row.about})` : ''}`, row, role }] : []
})

async function pageIn(language: string, { row, role }: { row: PageRow; role: VisitorRole }): Promise<string> {
  const { token } = await served.people.credentials(role)
  const nobodys: Thing = { id: row.file.includes('$') ? newSecret() : '', attachment: newId('att', 0) }
  const thing = row.about === undefined ? nobodys : await (await thingsOf(served.people, row.about))(role, 'own')
  const { body } = await served.ask(row, token, thing, ({ headers }) => {
    headers.cookie = `${headers.cookie ?? ''}; __Host-language=${language}`
  })
  return body
}

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
  const marked = new RegExp(`${opens}[^]*?${closes}`, 'g')
  return texts
    .map(([element, text]) => [element, text.replaceAll(marked, '')] as const)
    .filter(([element, text]) => /\p{L}/u.test(text) && !element.closest(given))
    .map(([element, text]) => `<${element.tagName.toLowerCase()}> ${text.trim()}`)
}

/** Runs in the page. @returns what sticks out of it, or is cut off by its own box */
function spills(root: Element): string[] {
  const found = root.scrollWidth > root.clientWidth ? [`the page, by ${root.scrollWidth - root.clientWidth} pixels`] : []
  for (const element of root.querySelectorAll('main *, header *, footer *')) {
    // What is typed into a field moves within it.
    if (element.matches('input, textarea')) continue
    const { overflowX } = getComputedStyle(element)
    const isCut = overflowX === 'hidden' || overflowX === 'clip'
    if (isCut && !element.closest('.unseen') && element.scrollWidth > element.clientWidth + 1)
      found.push(`<${element.tagName.toLowerCase()} class="${element.className}">`)
  }
  return found
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

async function show(html: string) {
  const styled = html
    .replace(
      /<link rel="stylesheet" href="([^"]+)"\/>/,
      (_, file: string) => `<style>${readFileSync(CLIENT + file, 'utf8')}</style>`,
    )
    .replaceAll(/<script[\s\S]*?<\/script>/g, '')
  await phone.setContent(styled)
  const root = phone.locator('html')
  return {
    direction: await root.evaluate(element => getComputedStyle(element).direction),
    strays: await root.evaluate(strayWords, { opens: OPENS, closes: CLOSES, given: GIVEN }),
    spilt: await root.evaluate(spills),
    isStyled: await root.evaluate(element => getComputedStyle(element).getPropertyValue('--target') !== ''),
  }
}

test.each(seen)('$name: every word comes from a catalogue, and fits however long it is and wherever it begins', async page => {
  const long = await pageIn('en-XA', page)
  expect(long).toContain(OPENS)
  expect(await show(long)).toEqual({ direction: 'ltr', strays: [], spilt: [], isStyled: true })
  const turned = await pageIn('ar-XB', page)
  expect(await show(turned)).toEqual({ direction: 'rtl', strays: [], spilt: [], isStyled: true })
})

test('a word that stands in no catalogue is found, and a box that is too wide', async () => {
  const page = `<!doctype html><html><head><meta name="viewport" content="width=device-width"></head><body><main><p>${OPENS}Fine${CLOSES} <bdi>Ada Lopez</bdi></p>`
  expect(await show(page)).toMatchObject({ strays: [], spilt: [] })
  const wrong = `${page}<p>Hello</p><img alt="A picture"><div style="width: 400px">${OPENS}Wide${CLOSES}</div>`
  expect(await show(wrong)).toMatchObject({
    strays: ['<p> Hello', '<img> A picture'],
    spilt: [expect.stringMatching(/^the page/)],
  })
})
