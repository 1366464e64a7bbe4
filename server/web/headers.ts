/** What a response is, as far as its protection goes. */
export type ResponseKind = 'page' | 'download' | 'asset' | 'data'

/**
 * The headers every response leaves with, put over whatever the handler set.
 *
 * @param nonce - of the page's own few scripts.
 * @see OWASP ASVS 5.0, chapter V3 (web frontend security)
 */
export function protect(response: Response, kind: ResponseKind, settings: { origin: string; nonce: string }): void {
  const { headers } = response
  headers.set('content-security-policy', contentPolicy(kind, settings.nonce))
  headers.set('x-content-type-options', 'nosniff')
  headers.set('x-frame-options', 'DENY')
  // Not no-referrer: with it a form posted without script says `Origin: null`, and the origin check could tell nothing from it.
  headers.set('referrer-policy', 'same-origin')
  headers.set('cross-origin-opener-policy', 'same-origin')
  headers.set('cross-origin-resource-policy', 'same-origin')
  headers.set('permissions-policy', PERMISSIONS)
  if (settings.origin.startsWith('https:')) headers.set('strict-transport-security', 'max-age=63072000; includeSubDomains')
  if (kind === 'page' || kind === 'download' || !headers.has('cache-control')) headers.set('cache-control', 'no-store')
  // Lynx knows no-store, and shows what it showed before all the same: without this, a page that has changed since, or is over.
  if (kind === 'page') headers.set('pragma', 'no-cache')
  headers.delete('x-powered-by')
}

const PERMISSIONS =
  'publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=(), payment=(), usb=()'

function contentPolicy(kind: ResponseKind, nonce: string): string {
  if (kind === 'page') return pagePolicy(nonce)
  // A download that a browser shows all the same runs nothing, fetches nothing and has no origin.
  if (kind === 'download') return "sandbox; default-src 'none'; frame-ancestors 'none'"
  return "default-src 'none'; frame-ancestors 'none'"
}

const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
