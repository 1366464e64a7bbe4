import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { launchServer } from '../support/launch.ts'
import { page } from './pages.ts'
import { type Bench, median, timed } from './paired.ts'
import { type Prepared, preparedFolder } from './prepared.ts'

const STARTS = 7
const START_GOAL_MS = 500
const MEMORY_GOAL_MB = 120
/** By then it has let go of what only its start needed. */
const IDLE_AFTER_MS = 25_000
const SESSIONS = 1_000
const SESSIONS_GOAL_MB = 25

const settingsFor = ({ folder }: Prepared) => ({ PORTAL_DATA: folder, LOG_LEVEL: 'warn' })

/** From starting the program on a database that is there, to the line that says it is ready; beside a bare HTTP server that says so. */
const START: Bench = {
  name: 'cold-start-to-ready',
  async run(progress) {
    const prepared = await preparedFolder()
    const times = { portal: [] as number[], bare: [] as number[] }
    for (let start = 0; start < STARTS; start++) {
      let server: Awaited<ReturnType<typeof launchServer>> | undefined
      const portal = await timed(async () => {
        server = await launchServer(settingsFor(prepared))
      })
      await server?.stop()
      times.portal.push(portal)
      times.bare.push(await timed(async () => (await bareServer()).kill()))
      progress((start + 1) / STARTS)
    }
    await prepared.remove()
    const [value, floor] = [median(times.portal), median(times.bare)]
    return { name: START.name, value, unit: 'ms', floor, ratio: value / floor, goal: START_GOAL_MS, met: value <= START_GOAL_MS }
  },
}

/** What the program holds when nobody does anything, and after a thousand people have each looked at their messages. */
const MEMORY: Bench = {
  name: 'memory',
  async run(progress) {
    const prepared = await preparedFolder({ sessions: SESSIONS })
    const bare = await bareServer()
    const server = await launchServer(settingsFor(prepared))
    try {
      await pause(IDLE_AFTER_MS)
      const floor = megabytes(bare.pid!)
      const idle = megabytes(server.pid)
      // The same pages as often before: what a page itself needs is no session's.
      for (let i = 0; i < SESSIONS; i++) await page(`${server.origin}/messages`, prepared.sessions[0]!)
      await pause(2_000)
      const first = megabytes(server.pid)
      for (let i = 0; i < SESSIONS; i++) await page(`${server.origin}/messages`, prepared.sessions[0]!)
      await pause(2_000)
      const warm = megabytes(server.pid)
      for (const [i, session] of prepared.sessions.entries()) {
        await page(`${server.origin}/messages`, session)
        progress(i / SESSIONS)
      }
      await pause(2_000)
      const more = megabytes(server.pid) - warm
      const ratio = idle / floor
      return [
        { name: 'memory-idle', value: idle, unit: 'MB', floor, ratio, goal: MEMORY_GOAL_MB, met: idle <= MEMORY_GOAL_MB },
        {
          // Beside what a thousand more pages of the one session took.
          ...{ name: 'memory-1000-sessions', value: more, unit: 'MB more', floor: warm - first, ratio: null },
          ...{ goal: SESSIONS_GOAL_MB, met: more <= SESSIONS_GOAL_MB },
        },
      ]
    } finally {
      bare.kill()
      await server.stop()
      await prepared.remove()
    }
  },
}

export const IDLE: Bench[] = [START, MEMORY]

/** The least that can listen and say so. */
async function bareServer() {
  const program = "require('node:http').createServer((_, answer) => answer.end()).listen(0, () => console.log('ready'))"
  const child = spawn(process.execPath, ['--eval', program], { cwd: path.sep, stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

/** Resident, as the system counts it (Linux). */
function megabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1_000
}
