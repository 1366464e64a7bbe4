import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { COMPILED } from './compiled.ts'

export type SmtpBehaviour =
  | 'accept'
  | 'refuse-connection' // 554 instead of a greeting
  | 'refuse-login' // 535
  | 'refuse-sender' // 550 to MAIL FROM
  | 'refuse-recipient' // 550 to RCPT TO
  | 'refuse-content' // 554 after DATA
  | 'greylist' // 451 to RCPT TO
  | 'hang-at-data' // takes the letter, never answers
  | 'hold-at-data' // keeps the letter, and admits to it when it is told to
  | 'stop-reading' // does not even read it
  | 'drop-after-data' // keeps the letter and cuts the line before answering
  | 'reset-after-accept' // answers 250 and resets the connection
  | 'slow-banner'

export interface SmtpScript {
  behaviour: SmtpBehaviour
  /** How often it misbehaves before it accepts; always when absent. */
  times?: number
  /** For what takes time. */
  milliseconds?: number
  port?: number
  /** `none`: STARTTLS is not offered. By default it is, with SMTP_CERTIFICATE, which nobody trusts who is not told to. */
  tls?: 'none'
}

export interface ReceivedMail {
  from: string
  to: string[]
  raw: string
  encrypted: boolean
  user: string | null
}

export type SmtpOrder = { ask: 'received' } | { ask: 'behave'; script: SmtpScript } | { ask: 'release' }

export interface SmtpServer {
  /** `smtp://127.0.0.1:port` */
  url: string
  port: number
  /** Every letter it took, in order, those among them that it did not admit to. */
  received(): Promise<ReceivedMail[]>
  /** Changes its ways from now on. */
  behave(script: SmtpScript): Promise<void>
  /** Answers 250 to everybody who is held at DATA. */
  release(): Promise<void>
  stop(): Promise<void>
}

/** A real mail server in a process of its own. */
export async function startSmtp(script: SmtpScript): Promise<SmtpServer> {
  const child = fork(fileURLToPath(new URL('./smtp-process.ts', import.meta.url)), [JSON.stringify(script)], {
    execArgv: [],
    env: { ...process.env, ...COMPILED },
  })
  const { port } = await answer<{ port: number }>(child)
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    async received() {
      child.send({ ask: 'received' } satisfies SmtpOrder)
      return (await answer<{ received: ReceivedMail[] }>(child)).received
    },
    async behave(next) {
      child.send({ ask: 'behave', script: next } satisfies SmtpOrder)
      await answer(child)
    },
    async release() {
      child.send({ ask: 'release' } satisfies SmtpOrder)
      await answer(child)
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const listening = new AbortController()
  const { signal } = listening
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => {
        throw new Error('The mail server of the test has stopped.')
      }),
    ])
    return message as T
  } finally {
    listening.abort()
  }
}

/** A port of this machine at which nobody listens. */
export async function unusedPort(): Promise<number> {
  const server = await startSmtp({ behaviour: 'accept' })
  await server.stop()
  return server.port
}
