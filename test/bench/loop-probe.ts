import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { launchServer, type RunningServer } from '../support/launch.ts'

/** How long the event loop of one thread was held, in milliseconds. */
export interface LoopHeld {
  longest: number
  /** Of a hundred looks, one was longer. */
  p99: number
  /** As `longest`, in processor time. */
  worked: number
  /** As `p99`, in processor time. */
  workedP99: number
}

const ANSWERED_WITHIN = 10_000

/** The real program, in each of whose threads loop-probe-process.ts looks on. */
export const launchProbed = (settings: Record<string, string>): Promise<RunningServer> =>
  launchServer(
    { LOG_LEVEL: 'warn', ...settings },
    [],
    [...['--import', path.join(import.meta.dirname, 'loop-probe-process.ts')], ...['--max-semi-space-size=2', 'server/start.ts']],
  )

/**
 * Of each thread since it was last asked, the main one first: the portal's is the next that is started, passphrases and sanitizer come
 * later. A thread that is held answers when it is free again.
 *
 * @throws Error when fewer than two threads have answered in ten seconds.
 */
export async function loopsHeld(server: RunningServer): Promise<LoopHeld[]> {
  const before = server.output().length
  process.kill(server.pid, 'SIGUSR2')
  let threads: (LoopHeld & { thread: number })[] = []
  for (let waited = 0; waited < ANSWERED_WITHIN && threads.length < 2; waited += 100) {
    await pause(100)
    threads = threadsIn(server.output().slice(before))
  }
  if (threads.length < 2) throw new Error(`The probe said too little:\n${server.output()}`)
  await pause(200) // others may be about to
  return threadsIn(server.output().slice(before)).toSorted((a, b) => a.thread - b.thread)
}

const threadsIn = (output: string) =>
  [...output.matchAll(/^\{"loop":("main"|\d+),.+\}$/gm)].map(([line, loop]) => ({
    ...(JSON.parse(line) as LoopHeld),
    thread: loop === '"main"' ? 0 : Number(loop),
  }))
