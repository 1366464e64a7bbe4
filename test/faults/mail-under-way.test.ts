import { randomBytes } from 'node:crypto'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { launchServer, type RunningServer } from '../support/launch.ts'
import { type SmtpServer, startSmtp } from '../support/smtp-server.ts'
import { patience } from './rig/length.ts'
import { ownFolder } from './rig/prepared.ts'

/** As many as may be handed over and not be noted: see server/delivery-round.ts. */
const UNNOTED_AT_MOST = 16

let smtp: SmtpServer
let settings: Record<string, string>
const servers: RunningServer[] = []

beforeEach(async () => {
  smtp = await startSmtp({ behaviour: 'accept', tls: 'none' })
  const PORTAL_ROOT_KEY = randomBytes(32).toString('base64url')
  settings = { PORTAL_DATA: await ownFolder(), PORTAL_ROOT_KEY, PORTAL_THREADS: 'two', SMTP_URL: `${smtp.url}?tls=off` }
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
  await smtp.stop()
})

async function start(): Promise<RunningServer> {
  const server = await launchServer(settings)
  servers.push(server)
  return server
}

/** One deposit to as many people. */
async function depositTo(server: RunningServer, count: number): Promise<void> {
  const clinic = await server.command<{ id: string }>('organization', 'create', '--name', 'North Clinic')
  const named = ['--organization', clinic.id, '--name', 'Records']
  const { apiKey } = await server.command<{ apiKey: string }>('client', 'create', ...named)
  const { status } = await fetch(`${server.origin}/api/v1/deposits`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': 'one', 'content-type': 'application/json' },
    body: JSON.stringify({
      recipients: Array.from({ length: count }, (_, number) => ({ email: `patient${number}@example.com`, name: 'Ada Lopez' })),
      message: { subject: 'Result', text: 'Everything is fine.' },
    }),
  })
  expect(status).toBe(201)
}

const received = async (): Promise<{ to: string; id: string }[]> =>
  (await smtp.received()).map(({ to, raw }) => ({ to: to.join(), id: /^Message-ID: (.*)\r$/m.exec(raw)![1]! }))

/** How many letters there are in each state. */
function states(change = ''): Record<string, number> {
  const database = new Database(path.join(settings.PORTAL_DATA!, 'portal.db'))
  if (change !== '') database.exec(change)
  const rows = database.prepare('select state, count(*) as count from outbox group by state').all()
  database.close()
  return Object.fromEntries((rows as { state: string; count: number }[]).map(({ state, count }) => [state, count]))
}

test('asked to stop while mails are handed over, it waits for them and notes what became of them', {
  timeout: patience,
}, async () => {
  await smtp.behave({ behaviour: 'hold-at-data' })
  const server = await start()
  await depositTo(server, 6)
  await vi.waitFor(async () => expect(await received()).toHaveLength(4), 20_000)
  process.kill(server.pid, 'SIGTERM')
  await smtp.behave({ behaviour: 'accept' })
  await smtp.release()
  expect(await server.ended).toEqual({ code: 0, signal: null })
  const taken = await received()
  expect(new Set(taken.map(({ to }) => to)).size).toBe(taken.length)
  expect(states().sent).toBe(taken.length)
})

/** Answers as a mail server does, and neither says nor closes anything when it is told goodbye. */
async function serverThatNeverCloses(): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => undefined)
    socket.write('220 mail.example ESMTP\r\n')
    // A mail and the line that ends it come in as many pieces as they please.
    let mail: string | null = null
    socket.on('data', said => {
      if (mail !== null) {
        mail += String(said)
        if (!mail.endsWith('\r\n.\r\n')) return
        mail = null
        socket.write('250 ok\r\n')
      } else if (String(said).startsWith('DATA')) {
        mail = ''
        socket.write('354 go on\r\n')
      } else if (/^(EHLO|MAIL|RCPT|RSET)/.test(String(said))) socket.write('250 ok\r\n')
    })
    onTestFinished(() => void socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}?tls=off`
}

test.each(['one', 'two'])(
  'a mail server that never closes a connection does not keep a process that was stopped (threads: %s)',
  {
    timeout: patience,
  },
  async threads => {
    Object.assign(settings, { SMTP_URL: await serverThatNeverCloses(), PORTAL_THREADS: threads })
    const server = await start()
    await depositTo(server, 1)
    await vi.waitFor(() => expect(states()).toEqual({ sent: 1 }), 20_000)
    process.kill(server.pid, 'SIGTERM')
    // Left to itself, the connection falls silent for half a minute before it is given up.
    expect(await Promise.race([server.ended, pause(20_000, 'still there')])).toEqual({ code: 0, signal: null })
  },
)

test('killed in the middle of a queue, it sends every letter, and few of them twice, with the same Message-ID', {
  timeout: patience,
}, async () => {
  const server = await start()
  await depositTo(server, 50)
  await vi.waitFor(async () => expect((await received()).length).toBeGreaterThan(10), { timeout: 20_000, interval: 5 })
  await server.kill()
  // As if the time of its claims had run out.
  const sent = states('update outbox set claimed_until = 0 where claimed_until is not null').sent ?? 0
  expect((await received()).length - sent).toBeLessThanOrEqual(UNNOTED_AT_MOST)
  await start()
  await vi.waitFor(() => expect(states()).toEqual({ sent: 50 }), 30_000)
  const all = await received()
  expect(new Set(all.map(({ to }) => to)).size).toBe(50)
  expect(new Set(all.map(({ id }) => id)).size).toBe(50)
  expect(all.length - 50).toBeLessThanOrEqual(UNNOTED_AT_MOST)
})
