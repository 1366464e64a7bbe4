import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { en } from '../../app/language/en.ts'
import { es } from '../../app/language/es.ts'
import { tellWait } from '../../app/language/wait.ts'
import { PortalError } from '../../server/errors.ts'
import { startSession } from '../../server/sign-in/session.ts'
import type { Reader } from '../../server/sign-in/visitor.ts'
import { minutes, seconds } from '../../server/time.ts'
import { type ServedClinic, servedClinic } from '../app/served.ts'
import { formVisitor } from '../support/form-visitor.ts'

// Whoever is told “not now” is told when, in words on the page and in Retry-After (RFC 9110, section 10.2.3), and it is true.

let clinic: ServedClinic
let ada: Reader
let message: string
beforeAll(async () => {
  clinic = await servedClinic()
  const patient = clinic.patient('Ada Lopez')
  const { messages } = await clinic.deposits('Your visit', [patient])
  message = `/messages/${messages[0]!.id}`
  ada = await patient.signsIn()
  await patient.opens('Your visit')
})
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(() => clinic.closeAll())

const newSession = () =>
  clinic.parts.store.transaction(tx => startSession(tx, clinic.clock.read(), ada.person, 'full', 'passkey'))
const signedIn = async () => formVisitor(clinic.origin, new Map([['__Host-session', await newSession()]]))
const busy = new PortalError('busy', 'The database is busy.', { retryAfterSeconds: 7.2 })

const plain = (html: string) => html.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
const textIn = (html: string, name: string) => plain(new RegExp(`<${name}[^>]*>([^<]*)<`).exec(html)?.[1] ?? '')
const hiddenIn = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, plain(value!)]),
  )

/** Somebody at the page of their passphrase. */
async function guesser(address: string) {
  const { looks, sends } = formVisitor(clinic.origin)
  await looks(clinic.origin, '/sign-in')
  await sends(clinic.origin, '/sign-in', { address })
  return () => sends(clinic.origin, '/sign-in/passphrase', { passphrase: 'not these words' })
}

test('who tries too often is told how long to wait, and waits no longer than that', async () => {
  const tries = await guesser('ben@example.com')
  for (let count = 1; count <= 5; count++) expect(await tries()).toMatchObject({ status: 422, wait: null })
  const refused = await tries()
  expect(refused).toMatchObject({ status: 429, wait: '30' })
  expect(refused.html).toContain(en.notNow.too_many_attempts!('in 30 seconds'))
  clinic.clock.advance(seconds(29.5))
  expect(await tries()).toMatchObject({ status: 429, wait: '1' })
  clinic.clock.advance(seconds(0.5))
  expect(await tries()).toMatchObject({ status: 422, wait: null })
})

test('whose way in is switched off is not told to wait: that would change nothing', async () => {
  for (let count = 1; count <= 20; count++) {
    const tries = await guesser('cara@example.com')
    expect((await tries()).status).toBe(422)
    clinic.clock.advance(minutes(15))
  }
  const refused = await (await guesser('cara@example.com'))()
  expect(refused).toMatchObject({ status: 429, wait: null })
  expect(refused.html).toContain(en.refused.too_many_attempts)
})

test('who searches too often is told when it goes on', async () => {
  const { sends } = await signedIn()
  const answers = await Promise.all(Array.from({ length: 22 }, () => sends(clinic.origin, '/messages/search', { words: 'walk' })))
  const refused = answers.find(({ status }) => status === 429)
  expect(refused!.html).toContain(en.notNow.too_many_requests!(tellWait(Number(refused!.wait), en)))
})

test.each([
  ['en', en],
  ['es', es],
])(
  'when the portal cannot find out who asks, nobody is taken for a stranger: it says so, and when to come back (%s)',
  async (language, words) => {
    const session = await newSession()
    vi.spyOn(clinic.portal, 'visitor').mockRejectedValue(busy)
    const headers = { cookie: `__Host-session=${session}`, 'accept-language': language }
    const answer = await fetch(`${clinic.origin}/messages`, { headers })
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.getSetCookie()]).toEqual([503, '8', []])
    const html = await answer.text()
    expect(html).toContain(`<h1>${words.failure.busy.title}</h1>`)
    expect(html).toContain(words.failure.when(words.wait.seconds(10)))
    expect(html).toContain(`href="/messages">${words.failure.again}</a>`)
  },
)

test.each(['visitor', 'viewAnswer', 'saveDraft'] as const)(
  'what was written while the portal is busy is not lost, and sent again by one button (%s)',
  async part => {
    const ada = await signedIn()
    const text = `Thank you.\nI would like to ask one thing, "when?" (${part})`
    const { version = '' } = hiddenIn((await ada.looks(clinic.origin, `${message}/reply`)).html)
    vi.spyOn(clinic.portal, 'saveDraft').mockRejectedValue(busy)
    vi.spyOn(clinic.portal, part).mockRejectedValue(busy)
    const refused = await ada.sends(clinic.origin, `${message}/reply`, { text, version, step: 'check' })
    expect(refused).toMatchObject({ status: 503, wait: '8' })
    expect(refused.html).toContain('in 10 seconds')
    expect(textIn(refused.html, 'textarea')).toBe(text)
    vi.restoreAllMocks()
    if (part === 'saveDraft') return
    const fields = hiddenIn(refused.html)
    expect(fields).toMatchObject({ text, step: 'check' })
    const sent = await ada.sends(clinic.origin, `${message}/reply`, fields)
    expect([sent.status, sent.location]).toEqual([303, `${message}/reply/check`])
  },
)

test('a button without a page of its own leads nobody back in silence', async () => {
  vi.spyOn(clinic.portal, 'openMessage').mockRejectedValue(new PortalError('unavailable', 'The portal is closing.'))
  const refused = await (await signedIn()).sends(clinic.origin, `${message}/open`)
  expect(refused).toMatchObject({ status: 503, wait: '5', location: null })
  expect(refused.html).toContain(en.failure.when('in 5 seconds'))
  expect(refused.html).toContain(`href="${message}"`)
})

test('whoever could not be let in after all is told so on a page, and no half of a session is left in their browser', async () => {
  const ben = clinic.patient('Ben Ortiz')
  await clinic.deposits('Your walk', [ben])
  const { looks, sends } = formVisitor(clinic.origin)
  await looks(clinic.origin, '/sign-in')
  await sends(clinic.origin, '/sign-in', { address: ben.address })
  await sends(clinic.origin, '/sign-in/code', { intent: 'send' })
  await clinic.deliver()
  vi.spyOn(clinic.portal, 'rememberDevice').mockRejectedValue(busy)
  const refused = await sends(clinic.origin, '/sign-in/code', { code: clinic.mailbox.codeTo(ben.address) })
  expect(refused).toMatchObject({ status: 503, wait: '8', session: null })
  expect(refused.html).toContain(en.failure.busy.title)
})

test('no path leads the way back to another site', async () => {
  const ada = await signedIn()
  vi.spyOn(clinic.portal, 'visitor').mockRejectedValue(busy)
  const { html } = await ada.looks(clinic.origin, '//evil.example/x')
  expect(html).toContain('href="/evil.example/x"')
})

test('the API says it, too', async () => {
  vi.spyOn(clinic.portal, 'listReplies').mockRejectedValue(new PortalError('unavailable', 'The portal is closing.'))
  const answer = await fetch(`${clinic.origin}/api/v1/replies`, { headers: { authorization: `Bearer ${clinic.apiKey}` } })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
})
