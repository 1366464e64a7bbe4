import { randomInt } from 'node:crypto'
import type { ErrorCode } from '../server/errors.ts'

// As ids have it: nothing that is misread, or misheard on the telephone.
const CHARACTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** What a visitor says on the telephone, so that the line in the log is found: `4T7K-92QM`. It says nothing else. */
function newReference(): string {
  const word = Array.from({ length: 8 }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('')
  return `${word.slice(0, 4)}-${word.slice(4)}`
}

/** For the error page of what no loader or action caught, by what was asked. */
const ofRequest = new WeakMap<object, string>()
export const referenceOf = (asked: object): string | null => ofRequest.get(asked) ?? null

/**
 * Notes an error that nobody expected, in the log only: what kind it is and where it happened, never its text, which may quote a letter.
 *
 * @param asked - the context of the page, if its error page is made later.
 * @returns the reference that the visitor is shown.
 */
export function report(error: unknown, asked?: object): string {
  const incident = newReference()
  if (asked) ofRequest.set(asked, incident)
  note({ level: 'error', event: 'page.failed', incident, ...whereItHappened(error) })
  return incident
}

/**
 * Notes that somebody was shown an error page though nothing broke, so that whoever answers the telephone sees which, and when.
 *
 * @returns the reference that the visitor is shown.
 */
export function reportRefusal(code: ErrorCode, { method, url }: Request): string {
  const incident = newReference()
  note({ level: 'info', event: 'page.refused', incident, code, method, page: shapeOf(url) })
  return incident
}

const note = (line: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(line)}\n`)

/** Which page it is, without the words in its address that name a message or let somebody in: `/messages/:/reply`. */
const shapeOf = (url: string): string =>
  new URL(url).pathname
    .split('/')
    .map(part => (/^[a-z-]{0,24}$/.test(part) ? part : ':'))
    .slice(0, 8)
    .join('/')

function whereItHappened(error: unknown): { error: string; frames: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, frames: [] }
  const frames = (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line))
  return { error: error.name, frames: frames.slice(0, 12).map(line => line.trim()) }
}
