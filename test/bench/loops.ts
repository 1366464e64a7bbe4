import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { RunningServer } from '../support/launch.ts'
import { post } from './http.ts'
import { type LoopHeld, launchProbed, loopsHeld } from './loop-probe.ts'
import { load, page } from './pages.ts'
import type { Bench, Row } from './paired.ts'
import { type Prepared, preparedFolder } from './prepared.ts'

/** Nobody should wait longer than this for a thread to look up. */
const GOAL_MS = 50
const QUIET_MS = 1_000
/** Whatever is not done by then has failed, and is told so. */
const DONE_WITHIN_MS = 60_000

type Loops = Record<'main' | 'portal', LoopHeld>

/** One that was refused would hold up nobody, and prove nothing. */
async function deposit(server: RunningServer, { apiKey }: Prepared, more: Record<string, unknown>): Promise<void> {
  const message = { subject: 'Your result', text: 'All is well.', ...more }
  const headers = { authorization: `Bearer ${apiKey}`, 'idempotency-key': randomUUID() }
  const body = JSON.stringify({ recipients: [{ email: 'ben@example.com', name: 'Ben Okafor' }], message })
  const { status, answer } = await post(`${server.origin}/api/v1/deposits`, headers, body)
  if (status !== 201) throw new Error(`The deposit was answered ${status}: ${answer}`)
}

const HEAVY: Record<string, (server: RunningServer, prepared: Prepared) => Promise<unknown>> = {
  async '200-sign-ins'({ origin }, { signIns }) {
    const storm = load('sign-ins', origin, ...signIns)
    await new Promise(resolve => storm.once('exit', resolve))
  },
  // As many tags as are accepted (intake/html-shape.ts): what the sanitizer takes longest for.
  'large-html': (server, prepared) =>
    deposit(server, prepared, { html: '<div><p style="color:red">All is <b>well</b>.</p></div>'.repeat(4_900) }),
  'deposit-20mb': (server, prepared) => {
    const content = randomBytes(19_900_000).toString('base64')
    return deposit(server, prepared, { attachments: [{ name: 'scan.bin', type: 'application/octet-stream', data: content }] })
  },
}

/** The longest that the event loop of each thread is held, beside the longest while one page after the other is asked for. */
export const LOOPS: Bench[] = Object.entries(HEAVY).map(
  ([name, work]): Bench => ({
    name: `loop-held-${name}`,
    async run(progress) {
      const prepared = await preparedFolder({ signIns: 200 })
      const server = await launchProbed({ PORTAL_DATA: prepared.folder, PORTAL_THREADS: 'two' })
      try {
        await readFor(server, prepared, QUIET_MS) // warm
        await longest(server)
        await readFor(server, prepared, QUIET_MS)
        const quiet = await longest(server)
        progress(0.5)
        await within(name, work(server, prepared))
        progress(1)
        const held = await longest(server)
        return (['main', 'portal'] as const).flatMap(loop => rowsFor(`${this.name}: ${loop}`, held[loop], quiet[loop]))
      } finally {
        await server.stop()
        await prepared.remove()
      }
    },
  }),
)

async function within(name: string, work: Promise<unknown>): Promise<void> {
  const tooLong = new AbortController()
  const late = pause(DONE_WITHIN_MS, undefined, { signal: tooLong.signal }).then(() => {
    throw new Error(`${name} was not done within ${DONE_WITHIN_MS / 1_000} s.`)
  })
  late.catch(() => undefined) // it was done
  await Promise.race([work, late]).finally(() => tooLong.abort())
}

async function readFor({ origin }: RunningServer, { sessions, opened }: Prepared, forMs: number): Promise<void> {
  const until = performance.now() + forMs
  while (performance.now() < until) await page(`${origin}/messages/${opened}`, sessions[0]!)
}

/** The thread of HTTP and pages, and the portal's. */
async function longest(server: RunningServer): Promise<Loops> {
  const [main, portal] = await loopsHeld(server)
  return { main: main!, portal: portal! }
}

/** By the clock, where others on the same machine are counted as well; and in the thread's own processor time, where waiting for a disk is not. */
const rowsFor = (name: string, held: LoopHeld, quiet: LoopHeld): Row[] => [
  rowFor(name, held.longest, quiet.longest),
  rowFor(`${name}, processor`, held.worked, quiet.worked),
]

const rowFor = (name: string, value: number, floor: number): Row => ({
  ...{ name, value, unit: 'ms longest', floor, ratio: value / floor, goal: GOAL_MS },
  met: value <= GOAL_MS,
})
