import { randomInt } from 'node:crypto'
import type { ErrorCode } from '../server/errors.ts'
import type { PageContext } from '../server/page-context.ts'

// As ids have it: nothing that is misread, or misheard on the telephone.
const CHARACTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** What a visitor says on the telephone, so that the line in the log is found: `4T7K-92QM`. It says nothing else. */
function newReference(): string {
  const word = Array.from({ length: 8 }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('')
  return `${word.slice(0, 4)}-${word.slice(4)}`
}

/** For the error page of what no loader or action caught, by the context of the page. */
const ofPage = new WeakMap<object, string>()
export const referenceOf = (page: object): string | null => ofPage.get(page) ?? null

type Asked = Pick<PageContext, 'log'>

/**
 * Notes an error that nobody expected, in the log only.
 *
 * @returns the reference that the visitor is shown, also by an error page that is made later for the same context.
 */
export function report(error: unknown, page: Asked): string {
  const incident = newReference()
  ofPage.set(page, incident)
  page.log.error('page.failed', error, { incident })
  return incident
}

/**
 * Notes that somebody was shown an error page though nothing broke, so that whoever answers the telephone sees which, and when.
 *
 * @returns the reference that the visitor is shown.
 */
export function reportRefusal(code: ErrorCode, { method, url }: Request, page: Asked): string {
  const incident = newReference()
  page.log.info('page.refused', { incident, code, method, page: shapeOf(url) })
  return incident
}

/** Which page it is, without the words in its address that name a message or let somebody in: `/messages/:/reply`. */
const shapeOf = (url: string): string =>
  new URL(url).pathname
    .split('/')
    .map(part => (/^[a-z-]{0,24}$/.test(part) ? part : ':'))
    .slice(0, 8)
    .join('/')
