import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { COMPILED } from './compiled.ts'
import { runHere } from './operator.ts'

const TOP = path.resolve(import.meta.dirname, '../..')
const READY_WITHIN = 30_000
/** Every system call of the program may be looked at on its way. */
const READY_UNDER_WITHIN = 120_000
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
  /** Of its process. */
  pid: number
  /** Everything it wrote, both streams. */
  output(): string
  mailbox(): Promise<Letter[]>
  /** Waits for the newest letter to this address, with these words, that was not handed out before. */
  nextLetterTo(address: string, words?: RegExp): Promise<Letter>
  /** Runs `portal …` beside the server and reads the JSON it prints. In this process: another would start for longer than it works. */
  command<T>(...words: string[]): Promise<T>
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>
  /** How it ended, once it has, whoever ended it. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Ends it as a power cut of the process would: no word, no last write. What it kept stays when PORTAL_DATA was set. */
  kill(): Promise<void>
  /** Stops it where it stands, as a machine does that is out of memory or moved to another host; nothing of it runs until `resume`. */
  pause(): void
  resume(): void
}

/**
 * Starts the portal as an operator would, empty unless told otherwise. The caller stops it.
 *
 * @param settings - environment on top of that.
 * @param under - a command line that runs another: limits, faults, another clock. It must become the program, or end when it does.
 * @param program - what is started: `npm start` without building, or a `portal serve` with options.
 */
export async function launchServer(
  settings: Record<string, string> = {},
  under: string[] = [],
  program: string[] = ['--max-semi-space-size=2', 'server/start.ts'],
): Promise<RunningServer> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'restante-server-'))
  const environment = {
    ...withoutSettings(process.env),
    ...(under.length === 0 && COMPILED),
    PORTAL_DATA: dataDirectory,
    PORT: '0',
    PORTAL_SEED: 'off',
    ...settings,
  } as unknown as NodeJS.ProcessEnv // NODE_ENV is left out on purpose: the program decides it
  const [command = '', ...words] = [...under, process.execPath, ...program]
  const child = spawn(command, words, {
    cwd: TOP,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collect(child)
  const ended: RunningServer['ended'] = new Promise(resolve => child.once('exit', (code, signal) => resolve({ code, signal })))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(dataDirectory, { recursive: true, force: true })
  }
  const origin = await ready(child, output, under.length === 0 ? READY_WITHIN : READY_UNDER_WITHIN).catch(
    async (error: unknown) => {
      await stop()
      throw error
    },
  )

  const seen = new Set<string>()
  const mailbox = async () => (await (await fetch(`${origin}/dev/mailbox.json`)).json()) as Letter[]
  return {
    origin,
    dataDirectory,
    pid: child.pid!,
    output,
    mailbox,
    async nextLetterTo(address, words = /(?:)/) {
      const isNew = ({ to, text, messageId }: Letter) => to === address && words.test(text) && !seen.has(messageId)
      for (let waited = 0; waited < LETTER_WITHIN; waited += 50) {
        const fresh = (await mailbox()).find(isNew)
        if (fresh !== undefined) {
          seen.add(fresh.messageId)
          return fresh
        }
        await pause(50)
      }
      throw new Error(`No new letter to ${address} came. The server said:\n${output()}`)
    },
    async command<T>(...words: string[]) {
      const { code, answer, err } = await runHere(Date.now, { ...environment, PORTAL_ORIGIN: origin }, [...words, '--json'])
      if (code !== 0) throw new Error(`\`portal ${words.join(' ')}\` ended with ${code}:\n${err}`)
      return answer as T
    },
    stop,
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
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

/** The origin, from the one line that says the server is ready. */
async function ready(child: ChildProcess, output: () => string, within: number): Promise<string> {
  for (let waited = 0; waited < within; waited += 20) {
    const line = /^\{"event":"ready".*$/m.exec(output())?.[0]
    if (line !== undefined) return (JSON.parse(line) as { origin: string }).origin
    if (child.exitCode !== null || child.signalCode !== null) break
    await pause(20)
  }
  throw new Error(`The server did not become ready. It said:\n${output()}`)
}
