import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formTokenFor } from '../../server/web/cookies.ts'
import { type ServedClinic, servedClinic } from '../app/served.ts'

// A browser that sends neither Origin nor Sec-Fetch-Site nor Referer, as text browsers may. Node's fetch would send one of the second's kin.

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

interface Answer {
  status: number
  cookies: string[]
  location: string
  html: string
}

async function ask(method: string, path: string, cookies: string[] = [], fields: Record<string, string> = {}): Promise<Answer> {
  const headers = { cookie: cookies.join('; '), 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(clinic.origin + path, { method, headers }, resolve)
      .on('error', reject)
      .end(method === 'POST' ? new URLSearchParams(fields).toString() : undefined)
  })
  const set = (answer.headers['set-cookie'] ?? []).map(line => line.split(';')[0]!)
  return { status: answer.statusCode!, cookies: set, location: answer.headers.location ?? '', html: await text(answer) }
}

const wordIn = ({ html }: Answer): string => /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
const address = 'ada@example.com'

test('who never says where their forms come from is given a word that only this browser has, and may go on with it', async () => {
  const page = await ask('GET', '/sign-in')
  expect(page.cookies.join()).toMatch(/^__Host-visit=[\w-]{43}$/)
  const sent = await ask('POST', '/sign-in', page.cookies, { form_token: wordIn(page), address })
  expect([sent.status, sent.location]).toEqual([303, '/sign-in/ways'])
  const next = await ask('GET', '/sign-in/ways', [...page.cookies, ...sent.cookies])
  expect(next.cookies).toEqual([])
  const code = await ask('POST', '/sign-in/code', [...page.cookies, ...sent.cookies], {
    form_token: wordIn(next),
    intent: 'send',
  })
  expect(code.status).toBe(303)
})

test.each([
  ['the word of another browser', async () => wordIn(await ask('GET', '/sign-in'))],
  ['the word that everybody can know', async () => formTokenFor(null)],
  ['no word', async () => ''],
])('with %s nothing is done, and the page that says so can be sent', async (_, word) => {
  const mine = await ask('GET', '/sign-in')
  const refused = await ask('POST', '/sign-in', mine.cookies, { form_token: await word(), address })
  expect([refused.status, refused.cookies]).toEqual([403, []])
  expect((await ask('POST', '/sign-in', mine.cookies, { form_token: wordIn(refused), address })).status).toBe(303)
})

test('without the cookie the right word is none', async () => {
  const mine = await ask('GET', '/sign-in')
  expect((await ask('POST', '/sign-in', [], { form_token: wordIn(mine), address })).status).toBe(403)
})

test('a browser that will say where its forms come from is given no such cookie', async () => {
  const answer = await fetch(`${clinic.origin}/sign-in`, { headers: { 'sec-fetch-mode': 'navigate' } })
  expect(answer.headers.getSetCookie()).toEqual([])
})
