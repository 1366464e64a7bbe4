/** What the portal asks of a mail service. */
export interface Mailer {
  /**
   * Hands one letter to the mail server.
   *
   * @returns what became of it: `sent` (the server answered 250 after DATA), `deferred` (4xx, no connection, time-out: try again),
   * `bounced` (5xx: do not). `answer` is the server's own words without addresses, at most 200 characters.
   */
  send(mail: Mail): Promise<{ outcome: 'sent' | 'deferred' | 'bounced'; answer: string }>
  /** Whether the service answers now; for /readyz. */
  reachable(): Promise<boolean>
  close(): Promise<void>
}

export interface Mail {
  to: string
  from: string
  /** Envelope sender; bounces go here. */
  returnPath: string
  subject: string
  text: string
  html: string
  messageId: string
  language: string
}
