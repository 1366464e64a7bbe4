import { randomBytes } from 'node:crypto'

/**
 * Notes an error that nobody expected, in the log only: what kind it is and where it happened, never its text, which may quote a letter.
 *
 * @returns the incident number that the visitor is shown; it finds the line in the log and says nothing else.
 */
export function report(error: unknown): string {
  const incident = `inc_${randomBytes(8).toString('hex')}`
  process.stdout.write(`${JSON.stringify({ level: 'error', event: 'page.failed', incident, ...whereItHappened(error) })}\n`)
  return incident
}

function whereItHappened(error: unknown): { error: string; frames: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, frames: [] }
  const frames = (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line))
  return { error: error.name, frames: frames.slice(0, 12).map(line => line.trim()) }
}
