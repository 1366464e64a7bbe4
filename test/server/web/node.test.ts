import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { sendWebResponse, toWebRequest } from '../../../server/web/node.ts'

const ORIGIN = 'https://portal.example'
const opened: { close(): void }[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

/** A real server on loopback that answers with what the handler made of the web-standard request. */
async function serving(handler: (request: Request) => Promise<Response>, maxBodyBytes = 1_000): Promise<number> {
  const server = createServer((incoming, outgoing) => {
    const request = toWebRequest(incoming, outgoing, ORIGIN, maxBodyBytes)
    handler(request)
      .catch(error => new Response(String(error.code), { status: 413 }))
      .then(response => sendWebResponse(response, outgoing, request.method))
  })
  opened.push(server)
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  return (server.address() as AddressInfo).port
}

/** Sends a request line exactly as given, which fetch would tidy up. */
function raw(port: number, path: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, headers }, incoming => {
      incoming.setEncoding('utf8')
      let body = ''
      incoming.on('data', text => (body += text))
      incoming.on('end', () => resolve(body))
    })
    sent.on('error', reject)
    sent.end()
  })
}

test('a forged Host or X-Forwarded-Host changes nothing', async () => {
  const port = await serving(async request => new Response(request.url))
  expect(await raw(port, '/messages', { host: 'evil.example', 'x-forwarded-host': 'evil.example' })).toBe(`${ORIGIN}/messages`)
})

test('nobody behind it reads a forged Host either, nor the name a proxy put in its place', async () => {
  const port = await serving(async ({ headers }) => new Response(`${headers.get('host')} ${headers.get('x-forwarded-host')}`))
  expect(await raw(port, '/messages', { host: 'inside:8080', 'x-forwarded-host': 'evil.example' })).toBe('portal.example null')
})

test('a target with a host of its own loses it', async () => {
  const port = await serving(async request => new Response(new URL(request.url).origin))
  expect(await raw(port, 'http://evil.example/messages')).toBe(ORIGIN)
  expect(await raw(port, '//evil.example/messages')).toBe(ORIGIN)
})

test('a target with a host of its own keeps its query: a filter that was lost would answer everything', async () => {
  const port = await serving(async request => new Response(request.url))
  expect(await raw(port, 'http://evil.example/messages?after=msg_1')).toBe(`${ORIGIN}/messages?after=msg_1`)
})

test('a body that is longer than allowed breaks off while it streams, whatever its length header says', async () => {
  const port = await serving(async request => new Response(String((await request.arrayBuffer()).byteLength)))
  const at = `http://127.0.0.1:${port}/`
  expect(await (await fetch(at, { method: 'POST', body: 'x'.repeat(1_000) })).text()).toBe('1000')
  expect(await (await fetch(at, { method: 'POST', body: 'x'.repeat(1_001) })).text()).toBe('too_large')
  const endless = new ReadableStream({ pull: controller => controller.enqueue(new Uint8Array(500)) })
  const answer = await fetch(at, { method: 'POST', body: endless, duplex: 'half' } as RequestInit).catch(() => null)
  expect(answer === null || (await answer.text()) === 'too_large').toBe(true)
})

test('every Set-Cookie line arrives as a line of its own', async () => {
  const port = await serving(async () => {
    const headers = new Headers()
    headers.append('set-cookie', 'a=1')
    headers.append('set-cookie', 'b=2')
    return new Response('', { headers })
  })
  expect((await fetch(`http://127.0.0.1:${port}/`)).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
})

test('HEAD gets the headers and no body', async () => {
  const port = await serving(async () => new Response('content', { headers: { 'x-word': 'here' } }))
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' })
  expect(answer.headers.get('x-word')).toBe('here')
  expect(await answer.text()).toBe('')
})
