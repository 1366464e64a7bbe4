import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { launchServer } from '../support/launch.ts'
import { type Bench, median, type Progress, type Row, timed } from './paired.ts'
import { type Prepared, preparedFolder } from './prepared.ts'

const QUIET_MS = 4_000
const LOADED_MS = 8_000
const DEPOSITORS = 16
const SIGN_INS = 200

type Times = Record<'list-50' | 'open-message', number[]>
type Load = (origin: string, prepared: Prepared) => ChildProcess

const LOADS: Record<string, Load> = {
  '16-depositors': (origin, { apiKey }) => load('deposits', origin, apiKey, String(DEPOSITORS)),
  '200-sign-ins': (origin, { signIns }) => load('sign-ins', origin, ...signIns),
}

/**
 * How long one reader waits for a page while others are busy, beside how long when nobody is: with the portal in a thread of its own, and
 * with everything in one. Reader and load are processes of their own. On a machine of two cores they, the thread of the pages, that of the
 * portal and that of the passphrases share two; what is shown is then also how fairly the system shares.
 */
export const PAGES: Bench[] = Object.entries(LOADS).flatMap(([beside, start]) =>
  (['two', 'one'] as const).map(
    (threads): Bench => ({
      name: `pages-beside-${beside}-${threads === 'two' ? 'two-threads' : 'one-thread'}`,
      async run(progress) {
        const prepared = await preparedFolder({ signIns: SIGN_INS })
        const server = await launchServer({ PORTAL_DATA: prepared.folder, PORTAL_THREADS: threads, LOG_LEVEL: 'warn' })
        try {
          await read(server.origin, prepared, 1_000, () => undefined) // warm
          const quiet = await read(server.origin, prepared, QUIET_MS, share => progress(share / 3))
          const busy = start(server.origin, prepared)
          const said = textOf(busy)
          await pause(500)
          const loaded = await read(server.origin, prepared, LOADED_MS, share => progress((1 + 2 * share) / 3), busy)
          busy.kill('SIGTERM')
          return [...rowsOf(this.name, quiet, loaded), doneRow(this.name, await said)]
        } finally {
          await server.stop()
          await prepared.remove()
        }
      },
    }),
  ),
)

/** Starts a load in a process of its own: see load-process.ts. */
export function load(...words: string[]): ChildProcess {
  const program = path.join(import.meta.dirname, 'load-process.ts')
  return spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function textOf(child: ChildProcess): Promise<string> {
  let said = ''
  child.stdout!.on('data', chunk => (said += chunk))
  await once(child, 'exit')
  return said
}

/** Reads one page after the other for so long, or until what it is read beside is over. */
async function read(
  origin: string,
  { sessions, opened }: Prepared,
  forMs: number,
  progress: Progress,
  beside?: ChildProcess,
): Promise<Times> {
  const times: Times = { 'list-50': [], 'open-message': [] }
  const begun = performance.now()
  for (let taken = 0; taken < forMs && (beside?.exitCode ?? null) === null; taken = performance.now() - begun) {
    times['list-50'].push(await timed(() => page(`${origin}/messages`, sessions[0]!)))
    times['open-message'].push(await timed(() => page(`${origin}/messages/${opened}`, sessions[0]!)))
    progress(Math.min(1, taken / forMs))
  }
  return times
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** One page, whole. @throws Error when it is not the one that was meant */
export function page(url: string, cookie: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { cookie } }, response => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}.`))
      response.resume().on('end', resolve).on('error', reject)
    }).on('error', reject)
  })
}

const GOALS = { p50: 1.5, p99: 3 }

function rowsOf(name: string, quiet: Times, loaded: Times): Row[] {
  return (Object.keys(quiet) as (keyof Times)[]).flatMap(page =>
    (['p50', 'p99'] as const).map(percentile => {
      const [value, floor] = [loaded[page], quiet[page]].map(times => (percentile === 'p50' ? median(times) : p99(times)))
      const ratio = value! / floor!
      const goal = GOALS[percentile]
      return { name: `${name}: ${page} ${percentile}`, value: value!, unit: 'ms', floor: floor!, ratio, goal, met: ratio <= goal }
    }),
  )
}

/** How much the load got done meanwhile: a page that is fast because nothing else moves would be no merit. */
function doneRow(name: string, said: string): Row {
  const { statuses, seconds } = JSON.parse(said) as { statuses: Record<string, number>; seconds: number }
  const done = Object.values(statuses).reduce((sum, count) => sum + count, 0)
  const answered = Object.keys(statuses).join(' ')
  return {
    name: `${name}: done`,
    value: done / seconds,
    unit: `/s (${answered})`,
    floor: null,
    ratio: null,
    goal: null,
    met: null,
  }
}

const p99 = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1]!
