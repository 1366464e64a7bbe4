import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchServer, type RunningServer } from '../support/launch.ts'
import { unusedPort } from '../support/smtp-server.ts'

// Two processes on one database and one folder: one answers, the other does the portal's own work.
let folder: string
let web: RunningServer
let jobsPort: number
let apiKey: string
const started: RunningServer[] = []

async function start(role: 'web' | 'jobs', settings: Record<string, string>): Promise<RunningServer> {
  const program = ['server/commands/main.ts', 'serve', '--role', role]
  const server = await launchServer({ PORTAL_DATA: folder, ...settings }, [], program)
  started.push(server)
  return server
}
const startJobs = () => start('jobs', { PORT: String(jobsPort), PORTAL_ORIGIN: web.origin })

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'restante-roles-'))
  jobsPort = await unusedPort()
  web = await start('web', {})
  const { id } = await web.command<{ id: string }>('organization', 'create', '--name', 'North Clinic')
  apiKey = (await web.command<{ apiKey: string }>('client', 'create', '--organization', id, '--name', 'Laboratory')).apiKey
})
afterAll(async () => {
  for (const server of started) await server.stop()
  await rm(folder, { recursive: true, force: true })
})

async function deposits(email: string): Promise<number> {
  const response = await fetch(`${web.origin}/api/v1/deposits`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': email, 'content-type': 'application/json' },
    body: JSON.stringify({ recipients: [{ email, name: 'Ada Lopez' }], message: { subject: 'Result', text: 'All is well.' } }),
  })
  await response.body?.cancel()
  return response.status
}

const jobsAnswer = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${jobsPort}${path}`, { method, redirect: 'manual' })

test('a web process answers and sends nothing; the jobs process sends what it left, with links to where people are answered', async () => {
  expect(await deposits('ada@example.com')).toBe(201)
  await pause(500) // a process with both roles has sent it long before
  expect(await web.mailbox()).toEqual([])
  await startJobs()
  expect((await web.nextLetterTo('ada@example.com')).text).toContain(`${web.origin}/m/`)
  // Nobody wakes it from another process: its own turn finds what comes later.
  expect(await deposits('ben@example.com')).toBe(201)
  await web.nextLetterTo('ben@example.com')
})

test('the jobs process says how it is, and answers nothing else', async () => {
  expect((await jobsAnswer('/livez')).status).toBe(200)
  expect(await (await jobsAnswer('/readyz')).json()).toMatchObject({ ready: true, database: true, trail: true })
  for (const path of ['/', '/sign-in', '/api/v1/openapi.json', '/.well-known/jwks.json', '/icon.svg', '/dev/mailbox.json']) {
    expect([path, (await jobsAnswer(path)).status]).toEqual([path, 404])
  }
  expect((await jobsAnswer('/api/v1/deposits', 'POST')).status).toBe(404)
})

test('while the jobs process is gone people and systems are answered; the next one goes on where it was killed', async () => {
  await started.at(-1)!.kill()
  expect(await deposits('cara@example.com')).toBe(201)
  expect((await fetch(`${web.origin}/sign-in`)).status).toBe(200)
  await startJobs()
  await web.nextLetterTo('cara@example.com')
})

test('both at once, deposits lose none and the trail is one', async () => {
  const many = Array.from({ length: 60 }, (_, i) => `patient${i}@example.com`)
  expect(await Promise.all(many.map(deposits))).toEqual(many.map(() => 201))
  const exported = path.join(folder, 'export')
  await web.command('audit', 'export', exported)
  const { key } = await web.command<{ key: string }>('audit', 'key')
  expect(await web.command('audit', 'verify', exported, '--key', key)).toMatchObject({ ok: true })
  for (const address of many.slice(0, 5)) await web.nextLetterTo(address)
  expect(await (await fetch(`${web.origin}/readyz`)).json()).toMatchObject({ ready: true, trail: true })
})
