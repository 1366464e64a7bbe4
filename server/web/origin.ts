import { PortalError } from '../errors.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What a request says of where it comes from. Who only looks is taken for ours: nothing happens by looking. */
export type Said = 'ours' | 'foreign' | 'nothing'

/**
 * Where a change was asked for. Browsers say it in Origin, Sec-Fetch-Site or Referer; the first of them that is there decides. Where none is,
 * something else must show it: a form's word that no other site can know ({@link formTokenFits}). Text browsers say nothing: Lynx sends
 * neither of the first two, and no Referer from a page whose address holds a question mark (`REFERER_WITH_QUERY`).
 */
export function saidOf(request: Request, origin: string): Said {
  if (SAFE_METHODS.has(request.method)) return 'ours'
  return comesFrom(request.headers, origin, false)
}

/**
 * Refuses what a page of another site asks of the API. Programs say nothing, and have credentials of their own.
 *
 * @throws PortalError `wrong_origin`
 */
export function checkOrigin(request: Request, origin: string): void {
  if (SAFE_METHODS.has(request.method) || comesFrom(request.headers, origin, true) !== 'foreign') return
  throw new PortalError('wrong_origin', 'This request came from another site, so nothing was done.')
}

function comesFrom(headers: Headers, origin: string, isProgram: boolean): Said {
  const site = headers.get('sec-fetch-site')
  // `none` is a person typing or pressing a bookmark; that never makes a POST, but programs send it.
  if (site !== null && site !== 'same-origin' && !(site === 'none' && isProgram)) return 'foreign'
  const stated = headers.get('origin')
  if (stated !== null) return stated === origin ? 'ours' : 'foreign'
  if (site !== null) return 'ours'
  const referrer = headers.get('referer')
  if (referrer === null) return 'nothing'
  return referrer.startsWith(`${origin}/`) ? 'ours' : 'foreign'
}

/** Whether a browser will say where its forms come from: each that knows the newest of the three says so whenever it asks for anything. */
export const willSayOrigin = ({ headers }: Request): boolean => headers.has('sec-fetch-mode') || headers.has('origin')
