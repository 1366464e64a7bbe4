import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { launchServer, type RunningServer } from '../support/launch.ts'

const ANSWERED_WITHIN = 10_000

/** Milliseconds of processor time of each thread since it began: `main`, and numbers for those it started. */
type ProcessorTimes = Map<string, number>

/** The real program, of each of whose threads processor-probe-process.ts tells how long it has worked. */
export const launchWatched = (settings: Record<string, string>): Promise<RunningServer> =>
  launchServer(
    settings,
    [],
    [
      ...['--import', path.join(import.meta.dirname, 'processor-probe-process.ts')],
      ...['--max-semi-space-size=2', 'server/start.ts'],
    ],
  )

/** @throws Error when not even the first two threads have answered in ten seconds. */
export async function processorTimes(server: RunningServer): Promise<ProcessorTimes> {
  const before = server.output().length
  process.kill(server.pid, 'SIGUSR2')
  for (let waited = 0; waited < ANSWERED_WITHIN; waited += 100) {
    await pause(100)
    if (timesIn(server.output().slice(before)).size >= 2) break
  }
  await pause(200) // others may be about to
  const times = timesIn(server.output().slice(before))
  if (times.size < 2) throw new Error(`The probe said too little:\n${server.output()}`)
  return times
}

const timesIn = (output: string): ProcessorTimes =>
  new Map(
    [...output.matchAll(/^\{"processor":("?)(\w+)\1,"milliseconds":([\d.]+)\}$/gm)].map(([, , thread, ms]) => [
      thread!,
      Number(ms),
    ]),
  )

/** What was worked meanwhile: by the thread of the portal, which is the first that is started, and by all that are still there. */
export function spentBetween(before: ProcessorTimes, after: ProcessorTimes): { portal: number; whole: number } {
  const spent = [...after].map(([thread, ms]) => [thread, ms - (before.get(thread) ?? 0)] as const)
  return { portal: new Map(spent).get('1') ?? 0, whole: spent.reduce((sum, [, ms]) => sum + ms, 0) }
}
