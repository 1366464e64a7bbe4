import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { unusedPort } from './smtp-server.ts'

const TOP = path.resolve(import.meta.dirname, '../..')
const READY_WITHIN = 30_000
const LETTER_WITHIN = 15_000

/** A letter as `/dev/mailbox.json` shows it. */
export interface Letter {
  to: string
  from: string
  subject: string
  text: string
  html: string
  at: string
  messageId: string
}

/** The real program in a process of its own, with a database, keys and mailbox of its own. */
export interface RunningServer {
  /** `http://localhost:PORT`; WebAuthn accepts no number there. */
  origin: string
  dataDirectory: string
  /** Everything it wrote, both streams. */
  output(): string
  mailbox(): Promise<Letter[]>
  /** Waits for the newest letter to this address that was not asked for before. */
  nextLetterTo(address: string): Promise<Letter>
  /** Runs `portal …` beside the server and reads the JSON it prints. */
  command<T>(...words: string[]): Promise<T>
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>
}

/**
 * Starts the portal as an operator would, empty unless told otherwise. The caller stops it.
 *
 * @param settings - environment on top of that.
 */
export async function launchServer(settings: Record<string, string> = {}): Promise<RunningServer> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'restante-server-'))
  const port = await unusedPort()
  const origin = `http://localhost:${port}`
  const environment: Record<string, string | undefined> = {
    ...withoutSettings(process.env),
    PORTAL_DATA: dataDirectory,
    PORTAL_ORIGIN: origin,
    PORT: String(port),
    PORTAL_SEED: 'off',
    ...settings,
  }
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: TOP,
    env: environment as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collect(child)
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(dataDirectory, { recursive: true, force: true })
  }
  try {
    await ready(child, output)
  } catch (error) {
    await stop()
    throw error
  }

  const seen = new Set<string>()
  const mailbox = async () => (await (await fetch(`${origin}/dev/mailbox.json`)).json()) as Letter[]
  return {
    origin,
    dataDirectory,
    output,
    mailbox,
    async nextLetterTo(address) {
      for (let waited = 0; waited < LETTER_WITHIN; waited += 50) {
        const fresh = (await mailbox()).find(letter => letter.to === address && !seen.has(letter.messageId))
        if (fresh !== undefined) {
          seen.add(fresh.messageId)
          return fresh
        }
        await pause(50)
      }
      throw new Error(`No new letter to ${address} came. The server said:\n${output()}`)
    },
    async command<T>(...words: string[]) {
      const program = [path.join(TOP, 'server/commands/portal.js'), ...words, '--json']
      const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: TOP, env: environment as NodeJS.ProcessEnv })
      return JSON.parse(stdout) as T
    },
    stop,
  }
}

/** What this machine has set for a portal of its own must not reach the ones under test. */
const withoutSettings = (environment: NodeJS.ProcessEnv): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) =>
        !/^(PORTAL_|SMTP_|INTAKE_|MAIL_FROM|DATABASE_URL|HOST$|PORT$|METRICS_PORT|LOG_LEVEL|VITEST|NODE_ENV)/.test(name),
    ),
  )

function collect(child: ChildProcess): () => string {
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-200_000)
    })
  }
  return () => said
}

async function ready(child: ChildProcess, output: () => string): Promise<void> {
  for (let waited = 0; waited < READY_WITHIN; waited += 20) {
    if (/^\{.*"event":"ready"/m.test(output())) return
    if (child.exitCode !== null || child.signalCode !== null) break
    await pause(20)
  }
  throw new Error(`The server did not become ready. It said:\n${output()}`)
}
