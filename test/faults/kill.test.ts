import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { launchServer, type RunningServer } from '../support/launch.ts'
import { patience, requireWithin, times } from './rig/length.ts'

const ROUNDS = times(2, 25)
const DEPOSITORS = 8

/** On a disk, not in memory: what is acknowledged must be there, wherever the process was when it died. */
const folder = await mkdtemp(path.join(tmpdir(), 'restante-kill-'))
let server: RunningServer | null = null
afterAll(async () => {
  await server?.kill()
  await rm(folder, { recursive: true, force: true })
})

const start = async (): Promise<RunningServer> => {
  const asked = performance.now()
  server = await launchServer({ PORTAL_DATA: folder })
  requireWithin(3, 'ready after it was started', performance.now() - asked)
  return server
}

interface Kept {
  id: string
  messages: { id: string }[]
}

/** Deposits without a pause until the portal is gone; says which keys were answered with 201, and with what. */
async function depositUntilGone(running: RunningServer, apiKey: string, acknowledged: Map<string, Kept>, tried: string[]) {
  for (;;) {
    const key = randomUUID()
    tried.push(key)
    const answer = await send(running, apiKey, key).catch(() => null)
    if (answer === null) return
    if (answer.status === 201) acknowledged.set(key, answer.body)
  }
}

async function send(running: RunningServer, apiKey: string, key: string): Promise<{ status: number; body: Kept }> {
  const response = await fetch(`${running.origin}/api/v1/deposits`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({
      recipients: [{ email: 'ada@example.com', name: 'Ada Lopez' }],
      message: { subject: `Result ${key}`, text: 'Everything is fine.' },
      reference: key,
    }),
  })
  return { status: response.status, body: (await response.json()) as Kept }
}

async function withReference(running: RunningServer, apiKey: string, key: string): Promise<Kept[]> {
  const response = await fetch(`${running.origin}/api/v1/deposits?reference=${key}`, {
    headers: { authorization: `Bearer ${apiKey}` },
  })
  return ((await response.json()) as { deposits: Kept[] }).deposits
}

test('killed again and again in the middle of deposits, the portal loses none it acknowledged and makes none twice', {
  timeout: patience,
}, async () => {
  let running = await start()
  const { id: organization } = await running.command<{ id: string }>('organization', 'create', '--name', 'North Clinic')
  const { apiKey } = await running.command<{ apiKey: string }>(
    'client',
    'create',
    '--organization',
    organization,
    '--name',
    'Laboratory',
  )
  const acknowledged = new Map<string, Kept>()
  const tried: string[] = []

  for (let round = 0; round < ROUNDS; round++) {
    const depositing = Array.from({ length: DEPOSITORS }, () => depositUntilGone(running, apiKey, acknowledged, tried))
    // Somewhere in the middle of work, wherever that is on this machine.
    const enough = acknowledged.size + 10 + 7 * round
    while (acknowledged.size < enough) await pause(1)
    await running.kill()
    await Promise.all(depositing)
    running = await start()
  }

  expect(acknowledged.size).toBeGreaterThan(10 * ROUNDS)
  for (const [key, kept] of acknowledged)
    expect((await withReference(running, apiKey, key)).map(({ id }) => id)).toEqual([kept.id])
  // Those that were cut off are asked for again with the same key: each is there once, whether it had been kept or not.
  const unanswered = tried.filter(key => !acknowledged.has(key))
  expect(unanswered.length).toBeGreaterThan(0)
  for (const key of unanswered) {
    expect((await send(running, apiKey, key)).status).toBe(201)
    expect(await withReference(running, apiKey, key)).toHaveLength(1)
  }

  const exported = path.join(folder, 'export')
  await running.command('audit', 'export', exported)
  const { key } = await running.command<{ key: string }>('audit', 'key')
  expect(await running.command('audit', 'verify', exported, '--key', key)).toMatchObject({ ok: true })
})
