import { PortalError } from '../errors.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses a change that another site asked for. Browsers say where a request comes from in Origin, Sec-Fetch-Site or Referer; the
 * first of them that is there decides.
 *
 * @param withoutWord - what to do when there is none of the three: programs with credentials of their own (the API) pass, pages do not.
 * @throws PortalError `wrong_origin`
 */
export function checkOrigin(request: Request, origin: string, withoutWord: 'pass' | 'refuse'): void {
  if (SAFE_METHODS.has(request.method)) return
  if (!comesFrom(request.headers, origin, withoutWord === 'pass')) {
    throw new PortalError('wrong_origin', 'This request came from another site, so nothing was done.')
  }
}

function comesFrom(headers: Headers, origin: string, otherwise: boolean): boolean {
  const site = headers.get('sec-fetch-site')
  // `none` is a person typing or pressing a bookmark; that never makes a POST, but programs send it.
  if (site !== null && site !== 'same-origin' && !(site === 'none' && otherwise)) return false
  const stated = headers.get('origin')
  if (stated !== null) return stated === origin
  if (site !== null) return true
  const referrer = headers.get('referer')
  if (referrer !== null) return referrer.startsWith(`${origin}/`)
  return otherwise
}
