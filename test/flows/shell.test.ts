import { connect } from 'node:net'
import { beforeAll, expect, test } from 'vitest'
import type { RunningServer } from '../support/launch.ts'
import { startServer } from '../support/server.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer({ PORTAL_SEED: 'off' })
})

const at = (path: string, init: RequestInit = {}) => fetch(server.origin + path, { redirect: 'manual', ...init })

/** Sends bytes exactly as given and reads until the server closes or falls silent. */
function raw(bytes: string, silence = 1_500): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1', () => socket.write(bytes))
    let answer = ''
    socket.setTimeout(silence, () => socket.destroy())
    socket.on('data', chunk => (answer += chunk))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

test('a supervisor learns that the portal lives and that it can work', async () => {
  expect((await at('/livez')).status).toBe(200)
  const ready = await at('/readyz')
  expect(ready.status).toBe(200)
  expect(await ready.json()).toMatchObject({ ready: true, database: true, migrated: true, mail: true })
})

test.each(['/', '/sign-in', '/nothing-here', '/api/v1/nothing', '/livez', '/.well-known/jwks.json', '/icon.svg', '/messages'])(
  'the answer at %s cannot be framed, sniffed, or made to run a stranger’s script',
  async path => {
    const { headers } = await at(path)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('content-security-policy')).not.toContain('unsafe-inline')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('x-powered-by')).toBeNull()
  },
)

test('no two pages share a nonce', async () => {
  const nonceOf = async () => (await at('/sign-in')).headers.get('content-security-policy')?.match(/'nonce-([^']+)'/)?.[1]
  const [one, other] = [await nonceOf(), await nonceOf()]
  expect(one).toMatch(/^[\w-]{22}$/)
  expect(one).not.toBe(other)
})

test('a page that is not there says nothing about what could be', async () => {
  const answer = await at('/messages/msg_01aaaaaaaaaaaaaaaaaaaaaaaa/secret')
  const page = await answer.text()
  expect([302, 303, 404]).toContain(answer.status)
  expect(page).not.toMatch(/stack|node_modules|msg_01/i)
  expect((await at('/nothing-here')).status).toBe(404)
})

test.each([
  '/../package.json',
  '/..%2f..%2fpackage.json',
  '/assets/..%2f..%2fserver%2findex.js',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/assets/%00',
  '/.env',
  '/build/server/index.js',
])('%s opens no file', async path => {
  const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /)
  expect(answer).not.toMatch(/"scripts"|root:|PORTAL_/)
})

test.each([
  '/messages.data',
  '/_root.data',
  '/sign-in.data?_routes=root',
  '/__manifest?p=%2Fmessages',
  '/help?_data=root',
  '/messages?a=b&_d%61ta=routes%2Fmessages._index',
])('the framework’s own address %s is not served', async path => {
  expect((await at(path)).status).toBe(404)
})

test('a form posted from another site is refused and nothing is begun', async () => {
  const body = new URLSearchParams({ email: 'ada@example.com' })
  const refused = await at('/sign-in', { method: 'POST', body, headers: { origin: 'https://evil.example' } })
  expect(refused.status).toBe(403)
  expect(refused.headers.getSetCookie()).toEqual([])
  // Whoever did it without knowing is told what to do, on a page, with a reference to say on the telephone.
  expect(refused.headers.get('content-type')).toMatch(/^text\/html/)
  expect(await refused.text()).toMatch(/<h1>This page was open for a long time<.*[0-9A-Z]{4}-[0-9A-Z]{4}/s)
  const unsaid = await at('/sign-in', { method: 'POST', body })
  expect(unsaid.status).toBe(403)
})

test('a form posted from our own page without its word is refused', async () => {
  const body = new URLSearchParams({ email: 'ada@example.com' })
  const answer = await at('/sign-in', { method: 'POST', body, headers: { origin: server.origin } })
  expect(answer.status).toBe(403)
})

test('the API refuses a change that a page of another site asks for', async () => {
  const answer = await at('/api/v1/deposits', { method: 'POST', body: '{}', headers: { origin: 'https://evil.example' } })
  expect(answer.status).toBe(403)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
})

test('a body of 31 MB is refused and the portal goes on', async () => {
  const answer = await at('/api/v1/deposits', {
    method: 'POST',
    body: 'x'.repeat(31_000_000),
    headers: { 'content-type': 'application/json', 'idempotency-key': 'k', authorization: 'Bearer none' },
  }).catch(() => null)
  // Either the answer arrives or the server closed the door while the rest was still being sent.
  if (answer !== null) expect([401, 413]).toContain(answer.status)
  expect((await at('/livez')).status).toBe(200)
})

test.each([
  ['words alone', 'application/x-www-form-urlencoded', 'a=&'.repeat(350_000)],
  ['files', 'multipart/form-data; boundary=x', `--x\r\n${'a'.repeat(1_000_001)}\r\n--x--`],
])('a form of more than 1 MB with %s is not read for a stranger', async (_what, type, body) => {
  for (const path of ['/sign-in', '/nothing-here']) {
    const headers = { 'content-type': type, origin: server.origin }
    const answer = await at(path, { method: 'POST', body, headers }).catch(() => null)
    // Either the answer arrives or the server closed the door while the rest was still being sent.
    if (answer === null) continue
    expect(answer.status).toBe(path === '/sign-in' ? 413 : 404)
    expect((await answer.text()).length).toBeLessThan(20_000)
  }
})

test('headers beyond 16 kB are refused', async () => {
  const answer = await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\nConnection: close\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 431 /)
})

test('what an unknown method asks for is refused without an incident', async () => {
  const answer = await raw('PROPFIND / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 (403|405) /)
  const asked = await raw('OPTIONS / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(asked).toMatch(/^HTTP\/1\.1 405 /)
  expect(server.output()).not.toContain('page.failed')
})

test('links in letters and redirects come from the configured origin, whatever Host says', async () => {
  const answer = await raw(
    'GET /messages HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n',
  )
  expect(answer).not.toContain('evil.example')
})

test('a form arrives whatever name a proxy asks for the portal by', async () => {
  const form = 'language=en'
  const answer = await raw(
    `POST /language HTTP/1.1\r\nHost: inside:8080\r\nX-Forwarded-Host: other.example\r\nOrigin: ${server.origin}\r\nConnection: close\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
  )
  // Its word is missing, which is what is refused.
  expect(answer).toMatch(/^HTTP\/1\.1 403 /)
})

test('the caught mail of development is there as page and as JSON', async () => {
  expect((await at('/dev/mailbox')).headers.get('content-type')).toContain('text/html')
  expect(await (await at('/dev/mailbox.json')).json()).toEqual([])
})

test('TRACE is refused with every header, and echoes nothing', async () => {
  const answer = await raw('TRACE / HTTP/1.1\r\nHost: x\r\nCookie: secret=1\r\nConnection: close\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 405 /)
  expect(answer.toLowerCase()).toContain("content-security-policy: default-src 'none'")
  expect(answer).not.toContain('secret')
})
