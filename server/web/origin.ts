import { PortalError } from '../errors.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses a change that another site asked for. Browsers say where a request comes from in Origin, Sec-Fetch-Site or Referer; the
 * first of them that is there decides.
 *
 * @param from - programs have credentials of their own; pages are used by browsers alone.
 * @returns whether it said that it comes from us. Where it said nothing at all, something else must show it: a program's credentials; on
 *   pages, a form's word that no other site can know ({@link formTokenFits}). Text browsers say nothing: Lynx sends neither of the first
 *   two, and no Referer from a page whose address holds a question mark (`REFERER_WITH_QUERY`).
 * @throws PortalError `wrong_origin`
 */
export function checkOrigin(request: Request, origin: string, from: 'pages' | 'programs'): boolean {
  if (SAFE_METHODS.has(request.method)) return true
  const said = comesFrom(request.headers, origin, from === 'programs')
  if (said === false) throw new PortalError('wrong_origin', 'This request came from another site, so nothing was done.')
  return said === true
}

/** Null when nothing was said. */
function comesFrom(headers: Headers, origin: string, isProgram: boolean): boolean | null {
  const site = headers.get('sec-fetch-site')
  // `none` is a person typing or pressing a bookmark; that never makes a POST, but programs send it.
  if (site !== null && site !== 'same-origin' && !(site === 'none' && isProgram)) return false
  const stated = headers.get('origin')
  if (stated !== null) return stated === origin
  if (site !== null) return true
  const referrer = headers.get('referer')
  return referrer === null ? null : referrer.startsWith(`${origin}/`)
}

/** Whether a browser will say where its forms come from: each that knows the newest of the three says so whenever it asks for anything. */
export const willSayOrigin = ({ headers }: Request): boolean => headers.has('sec-fetch-mode') || headers.has('origin')
