import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { ExitCode } from '../../../server/commands/command.ts'
import { runPortal } from '../../../server/commands/run.ts'

export interface Said {
  code: ExitCode
  out: string
  err: string
  /** How often progress was shown. */
  steps: number
}

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** An operator at a terminal, with a data folder of their own and a clock that does not move. */
export async function atATerminal(settings: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'operator-'))
  folders.push(folder)
  const env: Record<string, string> = { PORTAL_DATA: join(folder, 'data'), ...settings }
  let nextPatience = Number.POSITIVE_INFINITY
  const portal = async (...argv: string[]): Promise<Said> => {
    const said = { out: '', err: '', steps: 0 }
    const stop = new AbortController()
    const patience = nextPatience
    nextPatience = Number.POSITIVE_INFINITY
    const code = await runPortal(argv, {
      out: line => {
        said.out += `${line}\n`
      },
      err: line => {
        said.err += `${line}\n`
      },
      progress: () => {
        said.steps += 1
        if (said.steps >= patience) stop.abort()
      },
      interrupted: () => {
        if (patience === 0) stop.abort()
        return stop.signal
      },
      env,
      clock: () => Date.UTC(2026, 0, 1),
    })
    return { code, ...said }
  }
  return {
    folder,
    env,
    portal,
    /** The next command is asked to stop after so many steps of its progress; 0: at once. */
    interrupt(steps: number) {
      nextPatience = steps
    },
    /** The same for commands that print JSON and must succeed. */
    async answer<T = Record<string, string>>(...argv: string[]): Promise<T> {
      const { code, out, err } = await portal(...argv, '--json')
      if (code !== 0) throw new Error(`portal ${argv.join(' ')} ended with ${code}: ${err}`)
      return JSON.parse(out) as T
    },
  }
}
