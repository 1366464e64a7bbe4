import type { Started } from '../server/portal.ts'

/** Where a sign-in may lead. A target that is not one of these is forgotten, so that no link can send anybody elsewhere. */
const TARGETS = [
  '/messages',
  '/messages/search',
  '/messages/:id',
  '/messages/:id/history',
  '/messages/:id/copy',
  '/who-opened',
  '/messages/:id/reply',
  '/messages/:id/reply/check',
  '/messages/:id/reply/files',
  '/messages/:id/not-for-me',
  '/sent',
  '/sent/:id',
  '/sent/:id/withdraw',
  '/replies',
  '/replies/:id',
  '/compose',
  '/trail',
  '/account',
  '/account/preferences',
  '/account/time-zone',
  '/account/reminders',
  '/account/not-me',
  '/sign-in/recovery',
  '/enrol/passkey',
  '/enrol/passphrase',
  '/enrol/printed-codes',
]
const ID = /^[a-z]{3}_[0-9a-z]{10,40}$/

/** The target on our list that this path is, built anew from the list; null for any other path. */
export function destination(path: string | null | undefined): string | null {
  const asked = (path ?? '').split('/')
  const target = TARGETS.find(candidate => fits(candidate.split('/'), asked))
  if (!target) return null
  return target
    .split('/')
    .map((part, i) => (part === ':id' ? asked[i] : part))
    .join('/')
}

const fits = (target: string[], asked: string[]): boolean =>
  target.length === asked.length && target.every((part, i) => (part === ':id' ? ID.test(asked[i] ?? '') : part === asked[i]))

/** Where the reader wanted to go when they were asked to sign in. */
export const wanted = (request: Request): string | null => destination(new URL(request.url).searchParams.get('to'))

/** The page to come back to after a request that could not be answered: an act leads back to the page it was on. */
export function pageOf(path: string): string | null {
  if (path === '') return null
  return destination(path) ?? pageOf(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
}

/** A path of ours with its query; what is null is left out. */
export function at(path: string, query: Record<string, string | null | undefined> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path
}

/** The first page after a step of signing in. `/` knows the right one for each role. */
export function firstPage({ next, message }: Pick<Started, 'next' | 'message'>, to: string | null): string {
  // Whoever wants back in has proven their mailbox, and nothing else yet.
  if (next === 'enrol' && to === '/sign-in/recovery') return to
  const aim = to ?? destination(message ? `/messages/${message}` : null)
  if (next === 'enrol') return at('/enrol', { to: aim })
  return aim ?? (next === 'read' ? '/messages' : '/')
}
