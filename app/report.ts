import { randomBytes } from 'node:crypto'

/**
 * Notes an error that nobody expected, in the log only.
 *
 * @returns the incident number that the visitor is shown; it finds the line in the log and says nothing else.
 */
export function report(error: unknown): string {
  const incident = `inc_${randomBytes(8).toString('hex')}`
  const stack = error instanceof Error ? error.stack : `thrown: ${typeof error}`
  process.stdout.write(`${JSON.stringify({ level: 'error', event: 'page_failed', incident, error: stack })}\n`)
  return incident
}
