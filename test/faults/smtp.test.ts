import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { openSmtp, type SmtpOptions } from '../../server/mail/smtp.ts'
import type { Mail, Mailer } from '../../server/mailer.ts'
import { SMTP_CERTIFICATE } from '../support/smtp-certificate.ts'
import { type SmtpScript, type SmtpServer, startSmtp, unusedPort } from '../support/smtp-server.ts'

const AT = Date.UTC(2026, 0, 5, 12)
const opened: { mailers: Mailer[]; servers: SmtpServer[] } = { mailers: [], servers: [] }

afterEach(async () => {
  for (const mailer of opened.mailers.splice(0)) await mailer.close()
  for (const server of opened.servers.splice(0)) await server.stop()
})

const letter: Mail = {
  to: 'ada@example.com',
  from: 'Restante <notices@portal.example>',
  returnPath: 'notices@portal.example',
  subject: 'You have a new message from your care team',
  text: 'Hello\n',
  html: '<p>Hello</p>',
  messageId: '<a-b_c1@portal.example>',
  language: 'en',
}

function mailerTo(url: string, more: Partial<SmtpOptions> = {}): Mailer {
  const mailer = openSmtp({
    url,
    tlsRequired: false,
    clock: () => AT,
    helloName: 'portal.example',
    limits: { connection: 2_000, greeting: 1_000, silence: 1_000, whole: 4_000 },
    ...more,
  })
  opened.mailers.push(mailer)
  return mailer
}

async function serverThat(script: SmtpScript): Promise<SmtpServer> {
  const server = await startSmtp(script)
  opened.servers.push(server)
  return server
}

/** A mailer to a server without TLS, in the clear as on one machine. */
async function mailerAndServer(script: SmtpScript) {
  const server = await serverThat({ tls: 'none', ...script })
  return { server, mailer: mailerTo(`${server.url}?tls=off`) }
}

test('a letter that the server takes is sent, to one envelope recipient, from the return path', async () => {
  const { mailer, server } = await mailerAndServer({ behaviour: 'accept' })
  expect(await mailer.send(letter)).toEqual({ outcome: 'sent', answer: '250 2.0.0 queued for …' })
  const [mail] = await server.received()
  expect(mail).toMatchObject({ from: 'notices@portal.example', to: ['ada@example.com'] })
})

test('the fixed headers are there, and nothing tells of the program', async () => {
  const { mailer, server } = await mailerAndServer({ behaviour: 'accept' })
  await mailer.send(letter)
  const headers = headersOf((await server.received())[0]!.raw)
  expect(headers.get('auto-submitted')).toEqual(['auto-generated'])
  expect(headers.get('x-auto-response-suppress')).toEqual(['All'])
  expect(headers.get('content-language')).toEqual(['en'])
  expect(headers.get('message-id')).toEqual(['<a-b_c1@portal.example>'])
  expect(headers.get('date')).toEqual(['Mon, 05 Jan 2026 12:00:00 +0000'])
  expect(headers.get('to')).toEqual(['ada@example.com'])
  expect(headers.get('from')).toEqual(['Restante <notices@portal.example>'])
  expect(headers.has('x-mailer')).toBe(false)
})

const REFUSALS: { script: SmtpScript; outcome: 'deferred' | 'bounced'; because: string }[] = [
  { script: { behaviour: 'refuse-recipient' }, outcome: 'bounced', because: 'the recipient does not exist' },
  { script: { behaviour: 'refuse-content' }, outcome: 'bounced', because: 'the letter is not wanted' },
  { script: { behaviour: 'greylist' }, outcome: 'deferred', because: '4xx says: later' },
  { script: { behaviour: 'refuse-sender' }, outcome: 'deferred', because: 'it is our setting that is wrong, not the letter' },
  { script: { behaviour: 'refuse-connection' }, outcome: 'deferred', because: 'the server refuses us, not the letter' },
  { script: { behaviour: 'hang-at-data' }, outcome: 'deferred', because: 'no answer is no 250' },
  { script: { behaviour: 'stop-reading' }, outcome: 'deferred', because: 'no answer is no 250' },
  { script: { behaviour: 'drop-after-data' }, outcome: 'deferred', because: 'nobody knows whether it was taken' },
  {
    script: { behaviour: 'slow-banner', milliseconds: 20_000 },
    outcome: 'deferred',
    because: 'the greeting does not come in time',
  },
]

test.each(REFUSALS)('a server that does $script.behaviour: $outcome, for $because', async ({ script, outcome }) => {
  const { mailer } = await mailerAndServer(script)
  const result = await mailer.send(letter)
  expect(result.outcome).toBe(outcome)
  expect(result.answer).not.toContain('@')
  expect(result.answer.length).toBeLessThanOrEqual(200)
  expect(result.answer).not.toBe('')
})

test('a refused log-in defers: the password is wrong, not the letter', async () => {
  const server = await serverThat({ behaviour: 'refuse-login', tls: 'none' })
  const mailer = mailerTo(`smtp://portal:wrong@127.0.0.1:${server.port}?tls=off`)
  expect((await mailer.send(letter)).outcome).toBe('deferred')
  expect(await mailer.reachable()).toBe(false)
  await server.behave({ behaviour: 'accept' })
  expect((await mailer.send(letter)).outcome).toBe('sent')
  expect((await server.received())[0]!.user).toBe('portal')
})

test('nobody listening defers, and the service is not reachable until somebody does', async () => {
  const port = await unusedPort()
  const mailer = mailerTo(`smtp://127.0.0.1:${port}?tls=off`)
  expect((await mailer.send(letter)).outcome).toBe('deferred')
  expect(await mailer.reachable()).toBe(false)
  await serverThat({ behaviour: 'accept', tls: 'none', port })
  expect(await mailer.reachable()).toBe(true)
  expect((await mailer.send(letter)).outcome).toBe('sent')
})

test('however many ask whether it is reachable, a server that says nothing is asked once', async () => {
  const asked = new Set<Socket>()
  const silent = createServer(socket => void asked.add(socket))
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as AddressInfo
  const mailer = mailerTo(`smtp://127.0.0.1:${port}?tls=off`, { limits: { greeting: 200 } })
  expect(await Promise.all(Array.from({ length: 50 }, () => mailer.reachable()))).toEqual(Array(50).fill(false))
  expect(asked.size).toBe(1)
  await mailer.reachable()
  expect(asked.size).toBe(2)
  for (const socket of asked) socket.destroy()
  silent.close()
})

test('a server that trickles is away, and is asked no second time while it does', async () => {
  const asked = new Set<Socket>()
  const trickling = createServer(socket => {
    asked.add(socket.on('error', () => undefined))
    socket.write('220 mail.example ESMTP\r\n')
    const saying = setInterval(() => socket.write('250-and\r\n'), 50)
    socket.on('close', () => clearInterval(saying))
  })
  await new Promise<void>(resolve => trickling.listen(0, '127.0.0.1', resolve))
  const { port } = trickling.address() as AddressInfo
  const mailer = mailerTo(`smtp://127.0.0.1:${port}?tls=off`, { limits: { whole: 300 } })
  expect(await mailer.reachable()).toBe(false)
  expect(await mailer.reachable()).toBe(false)
  expect(asked.size).toBe(1)
  for (const socket of asked) socket.destroy()
  trickling.close()
})

test('a line cut before the answer hands the letter over once a try, with the same Message-ID each time', async () => {
  const { mailer, server } = await mailerAndServer({ behaviour: 'drop-after-data', times: 1 })
  expect((await mailer.send(letter)).outcome).toBe('deferred')
  expect(await server.received()).toHaveLength(1)
  expect((await mailer.send(letter)).outcome).toBe('sent')
  const ids = (await server.received()).map(({ raw }) => headersOf(raw).get('message-id')![0])
  expect(ids).toEqual([letter.messageId, letter.messageId])
})

test('a connection reset after the 250 changes nothing about this letter or the next', async () => {
  const { mailer, server } = await mailerAndServer({ behaviour: 'reset-after-accept' })
  for (const number of [1, 2, 3]) {
    expect((await mailer.send({ ...letter, messageId: `<${number}@portal.example>` })).outcome).toBe('sent')
    await pause(400) // the reset hits the idle line; the next letter needs another
  }
  expect(await server.received()).toHaveLength(3)
})

test('a server whose certificate nobody vouches for gets no letter, in the clear neither', async () => {
  const server = await serverThat({ behaviour: 'accept' })
  const result = await mailerTo(server.url, { tlsRequired: true }).send(letter)
  expect(result.outcome).toBe('deferred')
  expect(await server.received()).toEqual([])
})

test('over STARTTLS with a certificate that is vouched for, the letter travels encrypted', async () => {
  const server = await serverThat({ behaviour: 'accept' })
  const mailer = mailerTo(`smtp://localhost:${server.port}`, { tlsRequired: true, trustedCertificate: SMTP_CERTIFICATE.cert })
  expect((await mailer.send(letter)).outcome).toBe('sent')
  expect((await server.received())[0]!.encrypted).toBe(true)
})

test('where TLS is required, a server that offers none gets no letter', async () => {
  const server = await serverThat({ behaviour: 'accept', tls: 'none' })
  expect((await mailerTo(server.url, { tlsRequired: true }).send(letter)).outcome).toBe('deferred')
  expect(await server.received()).toEqual([])
  expect((await mailerTo(server.url, { tlsRequired: false }).send(letter)).outcome).toBe('sent')
})

test('a letter is signed when a DKIM key is configured', async () => {
  const { generateKeyPairSync } = await import('node:crypto')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const server = await serverThat({ behaviour: 'accept', tls: 'none' })
  const mailer = mailerTo(`${server.url}?tls=off`, {
    dkim: {
      domain: 'portal.example',
      selector: 's1',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
  })
  await mailer.send(letter)
  const [signature] = headersOf((await server.received())[0]!.raw).get('dkim-signature')!
  expect(signature).toMatch(/d=portal\.example;.*s=s1;/)
  expect(signature).toMatch(/h=[^;]*\bfrom\b/i)
})

const BAD_URLS = [
  'http://mail.example',
  'smtp://',
  'not a url',
  'smtp://mail.example?tls=off',
  'smtps://127.0.0.1?tls=off',
  'smtp://127.0.0.1?tls.rejectUnauthorized=false',
  'smtp://127.0.0.1?tls=maybe',
  'smtp://mail.example/path',
]

test.each(BAD_URLS)('%s is no SMTP_URL', url => {
  expect(() => mailerTo(url)).toThrow(expect.objectContaining({ code: 'misconfigured' }))
})

/** Names in lower case; every value of a name, unfolded. */
function headersOf(raw: string): Map<string, string[]> {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ')
  const headers = new Map<string, string[]>()
  for (const line of head.split('\r\n')) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), line.slice(line.indexOf(':') + 1).trim()])
  }
  return headers
}
