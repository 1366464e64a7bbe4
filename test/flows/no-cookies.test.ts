import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { es } from '../../app/language/es.ts'
import { inviteStaff } from '../../server/sign-in/invitation.ts'
import { type ServedClinic, servedClinic } from '../app/served.ts'

// Browsers that are given cookies and keep none. One says where its forms come from, as most do; the other says nothing, as text browsers do.

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

const LANGUAGES = [
  ['en', en],
  ['es', es],
] as const

interface Page {
  path: string
  status: number
  html: string
  given: string[]
}

/** Asks, and follows where it is sent, as a browser does; what it is given to keep it forgets, unless `keeps`. */
function browser({ language, saysOrigin, keeps = false }: { language: string; saysOrigin: boolean; keeps?: boolean }) {
  const jar: string[] = []
  const about = { 'accept-language': language, ...(saysOrigin ? { 'sec-fetch-mode': 'navigate' } : {}) }
  async function ask(method: string, path: string, fields: Record<string, string> = {}, hops = 0): Promise<Page> {
    expect(hops, `a circle at ${path}`).toBeLessThan(6)
    const origin = method === 'POST' && saysOrigin ? { origin: clinic.origin } : {}
    const headers = { ...about, ...origin, cookie: jar.join('; '), 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(clinic.origin + path, { method, headers }, resolve)
        .on('error', reject)
        .end(method === 'POST' ? new URLSearchParams(fields).toString() : undefined)
    })
    const given = (answer.headers['set-cookie'] ?? []).map(line => line.split(';')[0]!)
    if (keeps) jar.push(...given.filter(pair => !pair.endsWith('=')))
    const html = await text(answer)
    const to = answer.headers.location
    return to === undefined ? { path, status: answer.statusCode!, html, given } : ask('GET', to, {}, hops + 1)
  }
  const wordIn = ({ html }: Page) => /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
  return {
    looks: (path: string) => ask('GET', path),
    sends: (page: Page, fields: Record<string, string>, path = page.path) =>
      ask('POST', path, { form_token: wordIn(page), ...fields }),
  }
}

const address = 'ada@example.com'
const h1 = ({ html }: Page) => /<h1[^>]*>([^<]*)</.exec(html)?.[1]

test.each(LANGUAGES)(
  'whose browser keeps no cookies is told so, and what to do, whichever way they come (%s)',
  async (language, words) => {
    const ada = browser({ language, saysOrigin: true })
    const told = await ada.sends(await ada.looks('/sign-in?to=/messages'), { address })
    expect(told).toMatchObject({ status: 200, path: '/sign-in/cookies?try=yes&to=%2Fmessages' })
    expect(h1(told)).toBe(words.noCookies.title)
    for (const step of words.noCookies.otherwise) expect(told.html).toContain(step)
    expect(told.html).toContain(`>${new URL(clinic.origin).host}<`)
    // By a notice’s link, and with a step that is under way elsewhere.
    expect(h1(await ada.sends(await ada.looks(`/m/${'x'.repeat(43)}`), { intent: 'continue' }))).toBe(words.noCookies.title)
    expect(h1(await ada.looks('/sign-in/code'))).toBe(words.noCookies.title)
  },
)

test.each(LANGUAGES)(
  'a text browser without cookies has its form back, with the way to what it can do (%s)',
  async (language, words) => {
    const ada = browser({ language, saysOrigin: false })
    const refused = await ada.sends(await ada.looks('/sign-in'), { address })
    expect(refused.status).toBe(403)
    expect(refused.html).toContain(words.noCookies.hint)
    expect(refused.html).toContain(address)
    expect(/href="([^"]+)">([^<]*)<\/a><\/p><\/div>/.exec(refused.html)?.slice(1)).toEqual([
      '/sign-in/cookies',
      words.noCookies.hintGo,
    ])
    expect(h1(await ada.looks('/sign-in/cookies'))).toBe(words.noCookies.title)
  },
)

test.each(LANGUAGES)(
  'an invitation is not spent on a browser that keeps no cookies: it is told so (%s)',
  async (language, words) => {
    for (const saysOrigin of [true, false]) {
      const { link } = await inviteStaff(clinic.parts, {
        ...{
          organization: clinic.organization.id,
          address: `moss.${language}.${saysOrigin}@example.com`,
          name: 'Dr. Moss',
          role: 'provider',
        },
      })
      const { pathname } = new URL(link)
      const moss = browser({ language, saysOrigin })
      const told = await moss.sends(await moss.looks(pathname), {})
      expect([told.status, h1(told)]).toEqual([200, words.noCookies.invited])
      expect(told.html).toContain(words.noCookies.ask)
      expect(told.html).toContain(`href="${pathname}"`)
      expect(told.html).toContain(`<title>${words.noCookies.invited}`)
      const other = browser({ language, saysOrigin, keeps: true })
      expect(h1(await other.sends(await other.looks(pathname), {}))).toBe(en.enrol.title)
    }
  },
)

test.each(LANGUAGES)('an invitation that was used says so, and where to go (%s)', async (language, words) => {
  const cole = browser({ language, saysOrigin: true, keeps: true })
  const used = await cole.sends(await cole.looks(`/invitation/${'x'.repeat(43)}`), {})
  expect(used.status).toBe(422)
  expect(used.html).toContain(words.invitation.over)
  expect(used.html).toContain(`href="/sign-in">${words.signIn.title}<`)
})

test.each([true, false])(
  'whose browser keeps them hears nothing of cookies, even when a step is over (says origin: %s)',
  async saysOrigin => {
    const ada = browser({ language: 'en', saysOrigin, keeps: true })
    const over = await ada.looks('/sign-in/code')
    expect([over.path, h1(over)]).toEqual(['/sign-in?why=over', en.signIn.title])
    const ways = await ada.sends(over, { address })
    expect(h1(ways)).toBe(en.ways.title)
    expect((await ada.looks('/sign-in/cookies?try=yes')).path).toBe('/sign-in?why=over')
  },
)

test.each(['/language', '/display'])('what cannot be kept is not said to be (%s)', async path => {
  for (const keeps of [true, false]) {
    const ada = browser({ language: 'en', saysOrigin: true, keeps })
    const { html } = await ada.sends(await ada.looks(path), { language: 'en', theme: 'dark' })
    expect(html.includes(en.noCookies.notKept)).toBe(!keeps)
    expect(/class="notice done"/.test(html)).toBe(keeps)
  }
})
