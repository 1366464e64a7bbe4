import { createTransport } from 'nodemailer'
import { normalizeAddress } from '../address.ts'
import { inTime } from '../in-time.ts'
import { oneLine } from '../letters/parts.ts'
import type { Mail, Mailer } from '../mailer.ts'
import { type Clock, minutes, seconds } from '../time.ts'
import { type SmtpPlace, smtpServerAt } from './smtp-url.ts'

export interface SmtpOptions extends SmtpPlace {
  clock: Clock
  /** What the server is told we are called; the portal's host. */
  helloName: string
  dkim?: { domain: string; selector: string; privateKey: string } | undefined
  /** Shorter ones are for tests. */
  limits?: Partial<Limits> | undefined
}

/** In milliseconds. */
interface Limits {
  connection: number
  greeting: number
  /** Silence on an open connection. */
  silence: number
  /**
   * One letter from the first byte to the answer, or whether the server is there at all. A server that trickles never falls silent. Must
   * stay below the outbox's lease.
   */
  whole: number
}

const LIMITS: Limits = { connection: seconds(10), greeting: seconds(10), silence: seconds(30), whole: minutes(1) }
const MAX_CONNECTIONS = 4
// Servers may close an idle connection without a word; ours is closed before most of them would.
const IDLE_CONNECTION = seconds(15)
const MAX_ANSWER_CHARACTERS = 200

/**
 * Hands letters to a mail server.
 *
 * @throws PortalError `misconfigured` when the URL is not one of the forms above.
 */
export function openSmtp(options: SmtpOptions): Mailer {
  const limits = { ...LIMITS, ...options.limits }
  const transporter = createTransport({
    ...smtpServerAt(options),
    pool: true,
    maxConnections: MAX_CONNECTIONS,
    idleTimeout: IDLE_CONNECTION,
    // The pool tries again by itself only when not a byte of the letter was sent (the server closed an idle connection).
    maxRequeues: 1,
    name: options.helloName,
    connectionTimeout: limits.connection,
    dnsTimeout: limits.connection,
    greetingTimeout: limits.greeting,
    socketTimeout: limits.silence,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
    ...(options.dkim && {
      dkim: { domainName: options.dkim.domain, keySelector: options.dkim.selector, privateKey: options.dkim.privateKey },
    }),
  })

  let asked: Promise<boolean> | null = null

  return {
    async send(mail) {
      const refusal = unsafePart(mail)
      if (refusal !== null) return { outcome: 'bounced', answer: refusal }
      try {
        const sent = await transporter.sendMail({ ...messageOf(mail, options.clock), signal: AbortSignal.timeout(limits.whole) })
        return { outcome: 'sent', answer: withoutAddresses(sent.response) }
      } catch (error) {
        return { outcome: isRefusalOfLetter(error) ? 'bounced' : 'deferred', answer: answerOf(error) }
      }
    },

    async reachable() {
      // Anybody may ask how the portal is: however many do, the mail server is asked once at a time.
      asked ??= transporter
        .verify()
        .then(
          () => true,
          () => false,
        )
        .finally(() => {
          asked = null
        })
      // A server that trickles never falls silent. Nobody may take the thread that waits for it for one that hangs.
      return inTime(limits.whole, asked)
    },

    async close() {
      transporter.close()
    },
  }
}

/** What would let a letter reach somebody else or grow a header; the outbox never asks for it, but nothing passes here unchecked. */
function unsafePart(mail: Mail): string | null {
  if (normalizeAddress(mail.to) !== mail.to) return 'Not sent: the recipient is not one plain address.'
  if (!/^[^\s@<>"(),:;\\[\]\p{Cc}]+@[A-Za-z0-9.-]+$/u.test(mail.returnPath))
    return 'Not sent: the return path is not one plain address.'
  if (!/^<[A-Za-z0-9._-]+@[A-Za-z0-9.-]+>$/.test(mail.messageId)) return 'Not sent: the Message-ID is malformed.'
  if (!/^[A-Za-z0-9-]{1,35}$/.test(mail.language)) return 'Not sent: the language is malformed.'
  return null
}

function messageOf(mail: Mail, clock: Clock) {
  return {
    // Stated apart from the headers: whatever a header may come to say, exactly this one address is asked for.
    envelope: { from: mail.returnPath, to: [mail.to] },
    from: oneLine(mail.from),
    to: { name: '', address: mail.to },
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    messageId: mail.messageId,
    date: new Date(clock()),
    headers: {
      'Auto-Submitted': 'auto-generated', // RFC 3834: vacation responders stay silent
      'X-Auto-Response-Suppress': 'All', // the same for Exchange
      'Content-Language': mail.language,
    },
    xMailer: false as const,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

// Bad sequence, TLS or authentication wanted or failed: these speak of our session, not of the letter (RFC 5321; RFC 4954, section 6).
const ABOUT_US = [503, 530, 534, 535, 538]

/**
 * Whether the server refused this letter for good: 5xx to the recipient or to the content. A 5xx to anything else (greeting, log-in,
 * MAIL FROM) tells of a wrong setting, and no letter is given up for that.
 */
function isRefusalOfLetter(error: unknown): boolean {
  const { responseCode, command } = smtpError(error)
  if (responseCode === undefined || responseCode < 500 || responseCode > 599 || ABOUT_US.includes(responseCode)) return false
  return command === 'RCPT TO' || command === 'DATA'
}

function answerOf(error: unknown): string {
  const { response, code, message } = smtpError(error)
  return withoutAddresses(response ?? `${code ?? 'ERROR'}: ${message}`)
}

interface SmtpError {
  message: string
  code?: string
  responseCode?: number
  response?: string
  command?: string
}

const smtpError = (error: unknown): SmtpError => (error instanceof Error ? error : { message: 'unknown' })

/** Mail servers like to repeat whom a letter is for. This text is kept and shown, so no address may stay in it. */
function withoutAddresses(answer: string): string {
  const safe = oneLine(answer.slice(0, 4 * MAX_ANSWER_CHARACTERS))
    .replace(/<[^<>]*>/g, '<…>')
    .replace(/[^\s<>(),;:"']*@[^\s<>(),;:"']*/g, '…')
  return safe.slice(0, MAX_ANSWER_CHARACTERS)
}
