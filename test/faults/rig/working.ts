import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { COMPILED } from '../../support/compiled.ts'

/** Programs of ours that are killed and started again load what Node has compiled for the portal's own starts: half of a start is that. */
export const QUICKLY_STARTED = { ...process.env, ...COMPILED }

/**
 * Runs a program beside this file that works without end and writes a line for each thing that was acknowledged, until it is killed in the
 * middle of it, wherever that is on this machine.
 *
 * @param words - what it is told.
 * @param cut.enough - lines after which it is killed.
 * @param cut.afterwards - what happens as soon as it is dead.
 * @returns all lines it had written by then; throws what it complained of when it ended by itself.
 */
export async function workUntilKilled(
  program: `${string}-process.ts`,
  words: string[],
  { enough, afterwards = async () => undefined }: { enough: number; afterwards?: () => Promise<void> },
): Promise<string[]> {
  const file = fileURLToPath(new URL(`./${program}`, import.meta.url))
  const child = spawn(process.execPath, [file, ...words], { env: QUICKLY_STARTED, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  let said = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const lines = () => said.split('\n').slice(0, -1)
  while (lines().length < enough && child.exitCode === null) await pause(1)
  child.kill('SIGKILL')
  await closed
  await afterwards()
  if (lines().length < enough) throw new Error(`${program} ended by itself:\n${complaints}`)
  return lines()
}
