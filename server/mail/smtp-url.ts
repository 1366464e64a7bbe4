import { PortalError } from '../errors.ts'

/** Where letters are handed over. */
export interface SmtpPlace {
  /**
   * `smtp://user:password@host:587` (STARTTLS) or `smtps://host:465`. Only on a loopback host, `?tls=off` sends in the clear: there
   * a mail server of the same machine listens.
   */
  url: string
  /** Whether a letter may leave only over TLS with a valid certificate (production). Otherwise TLS is used when it is offered. */
  tlsRequired: boolean
  /** PEM of a certificate authority that the system does not know. */
  trustedCertificate?: string | undefined
}

/**
 * What the mail library is told of a server.
 *
 * @throws PortalError `misconfigured` when the URL is not one of the forms above.
 */
export function smtpServerAt({ url, tlsRequired, trustedCertificate }: SmtpPlace) {
  const { protocol, hostname, port, username, password, searchParams, pathname, hash } = parsedUrl(url)
  const secure = protocol === 'smtps:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const parameters = [...searchParams.keys()]
  const clear = searchParams.get('tls') === 'off'
  if (!secure && protocol !== 'smtp:') throw misconfigured('it starts with smtp:// or smtps://')
  if (host === '') throw misconfigured('it names a host')
  // Nodemailer would read any option out of the query, "accept every certificate" among them.
  if (
    parameters.some(name => name !== 'tls') ||
    (parameters.length > 0 && !clear) ||
    !['', '/'].includes(pathname) ||
    hash !== ''
  ) {
    throw misconfigured('?tls=off is all that may follow the host and port')
  }
  if (clear && (secure || !isLoopback(host)))
    throw misconfigured('?tls=off is only for smtp:// on this machine (localhost, 127.0.0.1, ::1)')
  return {
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !clear && tlsRequired,
    ignoreTLS: clear,
    tls: { minVersion: 'TLSv1.2' as const, ...(trustedCertificate && { ca: trustedCertificate }) },
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  }
}

function parsedUrl(url: string): URL {
  if (!URL.canParse(url)) throw misconfigured('it is a URL')
  return new URL(url)
}

const misconfigured = (rule: string): PortalError =>
  new PortalError('misconfigured', `SMTP_URL is not right: make sure that ${rule}.`)

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
