import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { launchServer, type RunningServer } from './launch.ts'
import { admin } from './postgres-database.ts'
import { freePort } from './postgres-server.ts'

/** What all of them are called; nobody listens there. */
export const ORIGIN = 'http://portal.example'

/** One process of a portal that has several. */
export interface PortalProcess extends RunningServer {
  /** Where this one listens. */
  address: string
}

export interface KeptDeposit {
  id: string
  messages: { id: string }[]
}

/** A portal of several processes on one database, with one system that deposits. */
export interface SeveralProcesses {
  /** PORTAL_DATA of all that were started without one of their own. */
  folder: string
  /** Starts one; whoever asks ends it, or leaves it to `stop`. */
  start(role: 'web' | 'jobs' | 'all', settings?: Record<string, string>): Promise<PortalProcess>
  /** Ends all of them, and removes their folders. */
  stop(): Promise<void>
}

/** @param settings - of every process: at least the database. */
export async function severalProcesses(settings: Record<string, string>): Promise<SeveralProcesses> {
  const folder = await mkdtemp(path.join(tmpdir(), 'restante-processes-'))
  const rootKey = randomBytes(32).toString('base64url')
  const started: PortalProcess[] = []
  return {
    folder,
    async start(role, more = {}) {
      const port = await freePort()
      const own = { PORT: String(port), PORTAL_ORIGIN: ORIGIN, PORTAL_DATA: folder, PORTAL_ROOT_KEY: rootKey }
      const server = await launchServer(
        { ...own, ...settings, ...more },
        [],
        ['server/commands/main.ts', 'serve', '--role', role],
      )
      const process = { ...server, address: `http://127.0.0.1:${port}` }
      started.push(process)
      return process
    },
    async stop() {
      for (const process of started) process.resume()
      await Promise.all(started.map(process => process.stop()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A system with its key, which sends to whichever process it is told. */
export interface Sender {
  /** One try, whatever the answer; the same key always comes with the same words. */
  sends(to: PortalProcess, key: string, more?: Changes): Promise<{ status: number; text: string }>
  /** Tries again while it is asked to. */
  deposits(to: PortalProcess, key?: string, more?: Changes): Promise<KeptDeposit & { text: string }>
  /** What is kept under this key, asked of this process. */
  kept(at: PortalProcess, key: string): Promise<KeptDeposit[]>
}

interface Changes {
  email?: string
  expiresAt?: string
}

const ASKED_AGAIN = new Set([409, 503])

/** Registers a system with a new organization. */
export async function senderAt(process: PortalProcess): Promise<Sender> {
  const { id } = await process.command<{ id: string }>('organization', 'create', '--name', 'North Clinic')
  const client = ['client', 'create', '--organization', id, '--name', 'Laboratory']
  const authorization = `Bearer ${(await process.command<{ apiKey: string }>(...client)).apiKey}`
  const sender: Sender = {
    async sends(to, key, { email = 'ada@example.com', ...rest } = {}) {
      const response = await fetch(`${to.address}/api/v1/deposits`, {
        method: 'POST',
        headers: { authorization, 'idempotency-key': key, 'content-type': 'application/json' },
        body: JSON.stringify({
          recipients: [{ email, name: 'Ada Lopez' }],
          message: { subject: 'Result', text: 'Everything is fine.' },
          reference: key,
          ...rest,
        }),
      })
      return { status: response.status, text: await response.text() }
    },
    async deposits(to, key = randomUUID(), more = {}) {
      for (;;) {
        const { status, text } = await sender.sends(to, key, more)
        if (status === 201) return { ...(JSON.parse(text) as KeptDeposit), text }
        if (!ASKED_AGAIN.has(status)) throw new Error(`A deposit was answered ${status}: ${text}`)
        await pause(20)
      }
    },
    async kept(at, key) {
      const response = await fetch(`${at.address}/api/v1/deposits?reference=${key}`, { headers: { authorization } })
      return ((await response.json()) as { deposits: KeptDeposit[] }).deposits
    },
  }
  return sender
}

/** What became of deposits that were sent without a pause. */
export interface SteadyDeposits {
  /** Keys that were answered with 201. */
  acknowledged: string[]
  /** All others, with their status; null where there was no answer. */
  others: Map<string, number | null>
  /** Sends no more, and resolves when all that are under way have ended. */
  end(): Promise<void>
}

/** Deposits at a process, so many at a time, until told to end or until the process is gone. */
export function steadyDeposits(sender: Sender, to: PortalProcess, atOnce: number): SteadyDeposits {
  const acknowledged: string[] = []
  const others = new Map<string, number | null>()
  let isOver = false
  const working = Array.from({ length: atOnce }, async () => {
    while (!isOver) {
      const key = randomUUID()
      const answer = await sender.sends(to, key).catch(() => null)
      if (answer?.status === 201) acknowledged.push(key)
      else others.set(key, answer?.status ?? null)
      if (answer === null) return
    }
  })
  return {
    acknowledged,
    others,
    async end() {
      isOver = true
      await Promise.all(working)
    },
  }
}

/** Stops it at a moment when it holds the lock of all writers. */
export async function pauseWhileWriting(process: PortalProcess, database: string): Promise<void> {
  const holders = `select 1 from pg_stat_activity join pg_locks using (pid)
    where relation = 'trail_head'::regclass and mode = 'RowShareLock' and granted
      and state = 'idle in transaction' and state_change < clock_timestamp() - interval '100 ms'`
  for (;;) {
    process.pause()
    await pause(150)
    if ((await admin(database, holders)).length > 0) return
    process.resume()
    await pause(10)
  }
}

/** Waits until this is so, however long it takes: the test's own time is the limit. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await pause(25)
}

/** Lines of its log that tell of something that went wrong. */
export const complaintsOf = (process: PortalProcess): string[] =>
  process
    .output()
    .split('\n')
    .filter(line => /"level":(4|5|6)0/.test(line) || (line !== '' && !line.startsWith('{')))

/** What a stranger finds who verifies the whole trail, by every checkpoint that any of the processes has signed. */
export async function wholeTrail({ folder }: SeveralProcesses, asked: PortalProcess): Promise<unknown> {
  const exported = path.join(folder, 'export')
  await asked.command('audit', 'export', exported)
  const { key } = await asked.command<{ key: string }>('audit', 'key')
  return asked.command('audit', 'verify', exported, '--key', key, '--checkpoint', path.join(folder, 'checkpoints.txt'))
}
