import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { formTokenFor } from '../../server/web/cookies.ts'
import { launchServer } from '../support/launch.ts'
import { ask, post } from './http.ts'
import { type Bench, paired, rowOf } from './paired.ts'
import { type Prepared, preparedFolder } from './prepared.ts'

const ROUNDS = { 1: 40, 16: 8 } as const
type AtOnce = keyof typeof ROUNDS
/** Warming up opens some, too. */
const MESSAGES = 300
/** Looks at a page of ours, and at the bare one, before anything is measured: both programs are compiled by then. */
const WARMING = 400

/** What is done over HTTP. */
interface Act {
  /** Ratio to a bare page, by how many are asked for at once. */
  goals: Record<AtOnce, number>
  /** Done before each round, for as many as are asked for, and not measured. */
  ready?(at: Scene, count: number): Promise<unknown>
  once(at: Scene): Promise<unknown>
  /** Warms both programs up; the bare page is as large. A message's when left out. */
  page?(at: Scene): Promise<Buffer>
  /** In the mailbox; as few as are enough when left out. */
  messages?: number
}

interface Scene extends Pick<Prepared, 'opened' | 'waiting' | 'apiKey'> {
  origin: string
  cookie: string
  deposits: string[]
  /** Opened messages, of which each has one answer under way at most. */
  mine: string[]
  /** Answers that were written and read over, and are to be sent. */
  answers: { page: string; version: string; formId: string }[]
}

const ACTS: Record<string, Act> = {
  'open-first': { goals: { 1: 2.2, 16: 1 / 0.75 }, once: at => openFirst(at, at.waiting.pop()!), messages: MESSAGES },
  'open-again': { goals: { 1: 2.2, 16: 1 / 0.75 }, once: at => look(at, at.opened) },
  'list-50': { goals: { 1: 1.8, 16: 1.8 }, once: list, page: list, messages: 60 },
  reply: {
    goals: { 1: 2.5, 16: 2.5 },
    ready: readAnswers,
    async once(at) {
      const { page, version, formId } = at.answers.pop()!
      await submit(at, page, { version, form_id: formId })
    },
  },
  retract: {
    goals: { 1: 2.5, 16: 2.5 },
    async ready(at, count) {
      at.deposits = await Promise.all(Array.from({ length: count }, () => deposited(at)))
    },
    once: at => retract(at, at.deposits.pop()!),
  },
}

/** Listing, opening, replying and taking back on the running program, beside a bare page of the framework that is as large. */
export const ACTS_OVER_HTTP: Bench[] = Object.entries(ACTS).flatMap(([name, act]) =>
  ([1, 16] as const).map(atOnce => ({
    name: `http-${name}${atOnce === 1 ? '' : `-${atOnce}-at-once`}`,
    async run(progress) {
      const prepared = await preparedFolder({ messages: act.messages ?? 2 + atOnce })
      const server = await launchServer({ PORTAL_DATA: prepared.folder, LOG_LEVEL: 'info' })
      const at: Scene = { ...prepared, origin: server.origin, cookie: prepared.sessions[0]!, deposits: [], mine: [], answers: [] }
      const page = () => act.page?.(at) ?? look(at, at.opened)
      const bare = await barePage((await page()).length)
      const times = (work: () => Promise<unknown>) => () => Promise.all(Array.from({ length: atOnce }, work))
      try {
        for (let done = 0; done < WARMING; done += atOnce) {
          await times(page)()
          await times(() => whole(ask('GET', bare.url, {}), 200))()
        }
        const measured = await paired(
          {
            rounds: ROUNDS[atOnce],
            warmUp: Math.max(3, Math.ceil(40 / atOnce)),
            prepare: () => act.ready?.(at, atOnce),
            work: times(() => act.once(at)),
            floor: times(() => whole(ask('GET', bare.url, {}), 200)),
          },
          progress,
        )
        const each = { work: measured.work / atOnce, floor: measured.floor / atOnce }
        return rowOf(this.name, 'ms each', each, act.goals[atOnce])
      } finally {
        bare.process.kill('SIGTERM')
        await server.stop()
        await prepared.remove()
      }
    },
  })),
)

/** The act, and the page that it leads to. */
async function openFirst(at: Scene, message: string): Promise<void> {
  await submit(at, `/messages/${message}/open`, {})
  await look(at, message)
}

async function readAnswers(at: Scene, count: number): Promise<void> {
  while (at.mine.length < count) {
    const message = at.waiting.pop()!
    await openFirst(at, message)
    at.mine.push(message)
  }
  at.answers = await Promise.all(at.mine.slice(0, count).map(message => readAnswer(at, message)))
}

/** What somebody has written and is shown once more before it is sent. */
async function readAnswer(at: Scene, message: string): Promise<Scene['answers'][number]> {
  await submit(at, `/messages/${message}/reply`, { text: 'Thank you, I will. '.repeat(20), step: 'check' })
  const page = `/messages/${message}/reply/check`
  const shown = (await whole(ask('GET', at.origin + page, { cookie: at.cookie }), 200)).toString('utf8')
  const wordIn = (field: string): string => {
    const [, value] = new RegExp(`name="${field}" value="([^"]+)"`).exec(shown) ?? []
    if (value === undefined) throw new Error(`There is no ${field} on the page on which an answer is read over.`)
    return value
  }
  return { page, version: wordIn('version'), formId: wordIn('form_id') }
}

const look = ({ origin, cookie }: Scene, message: string): Promise<Buffer> =>
  whole(ask('GET', `${origin}/messages/${message}`, { cookie }), 200)

/** The newest fifty of her mailbox. */
function list({ origin, cookie }: Scene): Promise<Buffer> {
  return whole(ask('GET', `${origin}/messages`, { cookie }), 200)
}

/** A form as the browser sends it. */
function submit({ origin, cookie }: Scene, page: string, fields: Record<string, string>): Promise<Buffer> {
  const [, token = ''] = cookie.split('=')
  const form = new URLSearchParams({ form_token: formTokenFor(token), ...fields }).toString()
  const headers = { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' }
  return whole(ask('POST', origin + page, headers, form), 303)
}

async function deposited({ origin, apiKey }: Scene): Promise<string> {
  const headers = { authorization: `Bearer ${apiKey}`, 'idempotency-key': randomUUID() }
  const recipients = [{ email: 'ada@example.com', name: 'Ada Lopez' }]
  const message = { subject: 'Your result', text: 'All is well.' }
  const answer = await whole(post(`${origin}/api/v1/deposits`, headers, JSON.stringify({ recipients, message })), 201)
  return (JSON.parse(answer.toString('utf8')) as { id: string }).id
}

function retract({ origin, apiKey }: Scene, deposit: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${apiKey}` }
  return whole(post(`${origin}/api/v1/deposits/${deposit}/retraction`, headers, JSON.stringify({ reason: 'duplicate' })), 200)
}

/** @throws Error when it was not done. */
async function whole(asked: ReturnType<typeof ask>, expected: number): Promise<Buffer> {
  const { status, answer, location = '' } = await asked
  // A form that was refused leads to where it says why.
  if (status !== expected || location.includes('why='))
    throw new Error(`It was answered ${status}: ${answer.toString('utf8').slice(0, 300)}`)
  return answer
}

/** In a process of its own, as the portal is. */
async function barePage(bytes: number): Promise<{ url: string; process: ChildProcess }> {
  const program = path.join(import.meta.dirname, 'bare-page-process.ts')
  const child = spawn(process.execPath, ['--max-semi-space-size=2', program, String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // As the pages are built: libraries that check all they are told take several times as long.
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const [port] = (await once(child.stdout!, 'data')) as [Buffer]
  return { url: `http://127.0.0.1:${port.toString('utf8').trim()}/`, process: child }
}
