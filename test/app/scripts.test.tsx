import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FormattedBody } from '../../app/ui/FormattedBody.tsx'
import { protect } from '../../server/web/headers.ts'
import { givePasskeys, visit } from '../support/browser.ts'
import { startedOf } from '../support/clinic.ts'
import { documentWith } from './rendered.tsx'
import { type ServedClinic, servedClinic } from './served.ts'

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

test('whoever changes their mind about a passkey finds the button in focus and a line that says so', async () => {
  const context = await visit(clinic.origin)
  const page = await context.newPage()
  await givePasskeys(page) // there is none on this phone: the device gives up by itself
  await page.goto('/sign-in')
  const button = page.getByRole('button', { name: 'Sign in with a passkey' })
  await button.click()
  await page.getByText('The passkey was not used.').waitFor()
  expect(await button.evaluate(element => element === document.activeElement)).toBe(true)
  expect(await button.isEnabled()).toBe(true)
  await context.close()
})

test('the e-mail field offers passkeys by itself: who takes one is signed in, without a button or a word typed', async () => {
  const context = await visit(clinic.origin)
  const page = await context.newPage()
  const { credentials } = await givePasskeys(page, { inFields: true })
  const { sessionToken } = await enrolled('carla@example.com')
  await page.setExtraHTTPHeaders({ cookie: `__Host-session=${sessionToken}` })
  await page.goto('/enrol/passkey')
  await page.getByRole('button', { name: 'Set up a passkey now' }).click()
  await page.waitForURL(url => url.pathname !== '/enrol/passkey')
  expect(await credentials()).toBe(1)
  // Nothing was typed into its name: it is called by what it was made on.
  await page.goto('/account')
  await page
    .getByRole('listitem')
    .filter({ hasText: /Passkey\s*(Android|Linux)/ })
    .first()
    .waitFor()
  await page.setExtraHTTPHeaders({})
  await context.clearCookies()
  await page.goto('/sign-in')
  await page.waitForURL('**/messages')
  await context.close()
})

test('what is offered in the field ends when the button is pressed, and a typed address still goes on', async () => {
  const context = await visit(clinic.origin)
  const page = await context.newPage()
  await givePasskeys(page, { isPresent: false, inFields: true })
  const asked: string[] = []
  page.on('request', request => request.url().endsWith('/options') && asked.push(request.method()))
  await page.goto('/sign-in')
  expect(await page.getByLabel('Your e-mail address').getAttribute('autocomplete')).toBe('username webauthn')
  const button = page.getByRole('button', { name: 'Sign in with a passkey' })
  await button.click()
  await page.getByText('Do what your phone or computer asks you.').waitFor()
  expect(asked.length).toBeLessThanOrEqual(2)
  expect(await page.getByText('The passkey was not used.').isVisible()).toBe(false)
  await page.getByLabel('Your e-mail address').fill('ada@example.com')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL('**/sign-in/ways')
  await context.close()
})

test('while the portal is busy the passkey is not blamed, and the button stays to be pressed again', async () => {
  const context = await visit(clinic.origin)
  const page = await context.newPage()
  await givePasskeys(page)
  await page.route('**/sign-in/passkey/options*', route => route.fulfill({ status: 503, headers: { 'retry-after': '5' } }))
  await page.goto('/sign-in')
  const button = page.getByRole('button', { name: 'Sign in with a passkey' })
  await button.click()
  await page.getByText('Please try again in a minute').waitFor()
  expect(await button.isEnabled()).toBe(true)
  await context.close()
})

test('where passkeys do not work, none is offered, and another way is', async () => {
  const context = await visit(clinic.origin)
  const page = await context.newPage()
  await page.addInitScript('delete globalThis.PublicKeyCredential')
  await page.goto('/sign-in')
  expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).isVisible()).toBe(false)
  expect(await page.getByLabel('Your e-mail address').isVisible()).toBe(true)
  await context.close()
})

async function signedIn(address: string) {
  const { sessionToken } = await enrolled(address)
  const context = await visit(clinic.origin, 'phone', { extraHTTPHeaders: { cookie: `__Host-session=${sessionToken}` } })
  const page = await context.newPage()
  await page.clock.install()
  await page.goto('/messages')
  return { context, page }
}

async function enrolled(address: string) {
  await clinic.deposits('Hello', [{ name: 'Ada Lopez', address }])
  const { requestToken } = await clinic.portal.beginSignIn({ address })
  await clinic.portal.sendMailboxCode(requestToken)
  await clinic.deliver()
  const started = startedOf(await clinic.portal.enterMailboxCode(requestToken, clinic.mailbox.codeTo(address)))
  const visitor = (await clinic.portal.visitor(started.sessionToken))!
  await clinic.portal.choosePassphrase(visitor, 'seven grey pigeons on a roof')
  return clinic.portal.enrolPrintedCodes(visitor)
}

test('two minutes before the session ends, a dialog asks; one press stays, and the focus goes back to where it was', async () => {
  const { context, page } = await signedIn('ada@example.com')
  await page.getByRole('link', { name: 'My settings' }).focus()
  await page.clock.runFor('12:50')
  expect(await page.getByRole('alertdialog').isVisible()).toBe(false)
  await page.clock.runFor('00:15')
  const stay = page.getByRole('button', { name: 'Yes, stay signed in' })
  expect(await stay.evaluate(element => element === document.activeElement)).toBe(true)
  await Promise.all([page.waitForResponse('**/still-here'), stay.click()])
  await page.getByRole('alertdialog').waitFor({ state: 'hidden' })
  expect(await page.getByRole('link', { name: 'My settings' }).evaluate(element => element === document.activeElement)).toBe(true)
  await page.clock.runFor('12:50')
  expect(await page.getByRole('alertdialog').isVisible()).toBe(false)
  await context.close()
})

test('whoever does not answer finds the sign-in page, and nothing of theirs on the screen', async () => {
  const { context, page } = await signedIn('ben@example.com')
  await page.clock.runFor('15:01')
  await page.waitForURL('**/sign-in**')
  await context.close()
})

const HOSTILE = [
  '<script>parent.document.title = "ran"; document.title = "ran"</script>',
  '<img src="EVIL/pixel.png" onerror="parent.document.title = 1">',
  '<svg onload="top.location = \'EVIL\'"></svg>',
  '<iframe src="EVIL"></iframe><object data="EVIL"></object>',
  '<link rel="stylesheet" href="EVIL/x.css"><style>@import "EVIL/y.css"</style>',
  '<meta http-equiv="refresh" content="0;url=EVIL">',
  '<base href="EVIL/"><form action="EVIL"><input autofocus name="x"></form>',
  '<a href="javascript:alert(1)" style="position:fixed;inset:0">x</a>',
  '</font></body></html><script>document.title = "ran"</script>',
]

/** A web server for one test, at a host name of its own, so that the two are two origins. */
async function listening(host: 'localhost' | '127.0.0.1', answer: RequestListener) {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  return { server, origin: `http://${host}:${(server.address() as AddressInfo).port}` }
}

/** What a browser fetches from elsewhere when it shows this page. */
async function fetchedBy(page: (elsewhere: string) => Response): Promise<{ fetched: string[]; title: string }> {
  const fetched: string[] = []
  const evil = await listening('127.0.0.1', (request, response) => response.end(String(fetched.push(request.url ?? ''))))
  const shown = page(evil.origin)
  const body = await shown.text()
  const good = await listening('localhost', (_request, response) => response.setHeaders(shown.headers).end(body))
  const context = await visit(good.origin)
  const tab = await context.newPage()
  await tab.goto('/')
  await tab.waitForTimeout(200) // what would be fetched, would have been by now
  const title = await tab.title()
  await context.close()
  for (const { server } of [evil, good]) server.close()
  return { fetched, title }
}

const letter = (html: string) =>
  new Response(documentWith(<FormattedBody html={html} language="en" large={false} />), {
    headers: { 'content-type': 'text/html' },
  })

test.each(HOSTILE)('even what slips through the sanitizer runs nothing and fetches nothing: %s', async html => {
  const looked = await fetchedBy(elsewhere => {
    const response = letter(html.replaceAll('EVIL', elsewhere))
    protect(response, 'page', { origin: 'http://localhost', nonce: 'nonce' })
    return response
  })
  expect(looked).toEqual({ fetched: [], title: 'Example' })
})

test('without the content policy a picture would be fetched: the test above can see it', async () => {
  const { fetched } = await fetchedBy(elsewhere => letter(`<img src="${elsewhere}/pixel.png">`))
  expect(fetched).toEqual(['/pixel.png'])
})
