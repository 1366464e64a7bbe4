import type { Terminal } from '../../server/commands/command.ts'
import { runPortal } from '../../server/commands/run.ts'
import type { Clock } from '../../server/time.ts'
import { ROOT_KEY } from './storage.ts'
import { ORIGIN } from './whole-portal.ts'

/** Runs a command on the portal under test, or on another machine. `answer`: what it printed for programs, when it ended well. */
export const operator = (clock: Clock, settings: Record<string, string>, ...argv: string[]) =>
  runHere(clock, { PORTAL_ORIGIN: ORIGIN, PORTAL_ROOT_KEY: Buffer.from(ROOT_KEY).toString('base64url'), ...settings }, argv)

/** As {@link operator}, in this environment and no other. */
export async function runHere(clock: Clock, env: Terminal['env'], argv: string[]) {
  const said = { out: '', err: '' }
  const code = await runPortal(argv, {
    out: line => {
      said.out += `${line}\n`
    },
    err: line => {
      said.err += `${line}\n`
    },
    progress: () => undefined,
    interrupted: () => new AbortController().signal,
    env,
    clock,
  })
  return { code, ...said, answer: code < 2 && argv.includes('--json') && said.out !== '' ? JSON.parse(said.out) : null }
}
