/**
 * A mail server of its own, scripted to misbehave: `node smtp-process.ts '<SmtpScript as JSON>'`, started by smtp-server.ts.
 * Tells its port when it listens, and what it has taken when it is asked.
 */
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { SMTP_CERTIFICATE } from './smtp-certificate.ts'
import type { ReceivedMail, SmtpOrder, SmtpScript } from './smtp-server.ts'

let script: SmtpScript = JSON.parse(process.argv[2]!)
let misbehaved = 0
const received: ReceivedMail[] = []
const held: (() => void)[] = []

/** Whether it is this behaviour's turn; after `times` turns the server is good. */
function turnOf(behaviour: SmtpScript['behaviour']): boolean {
  if (script.behaviour !== behaviour || misbehaved >= (script.times ?? Number.POSITIVE_INFINITY)) return false
  misbehaved += 1
  return true
}

const refusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode })
const socketOf = (session: SMTPServerSession): Socket =>
  [...server.connections].find(connection => connection.session.id === session.id)!._socket

const server = new SMTPServer({
  authOptional: true,
  allowInsecureAuth: true,
  disableReverseLookup: true,
  hideSTARTTLS: script.tls === 'none',
  ...SMTP_CERTIFICATE,
  onConnect(_session, callback) {
    if (turnOf('refuse-connection')) return callback(refusal(554, 'No service for you here'))
    if (turnOf('slow-banner')) return void setTimeout(callback, script.milliseconds ?? 1_000)
    callback()
  },
  onAuth(auth, _session, callback) {
    if (turnOf('refuse-login')) return callback(refusal(535, '5.7.8 Wrong user or password'))
    callback(null, { user: auth.username })
  },
  onMailFrom(_address, _session, callback) {
    callback(turnOf('refuse-sender') ? refusal(550, '5.7.1 You may not send as this address') : null)
  },
  onRcptTo({ address }, _session, callback) {
    if (turnOf('refuse-recipient')) return callback(refusal(550, `5.1.1 <${address}>: no such user ${address} here`))
    if (turnOf('greylist')) return callback(refusal(451, '4.7.1 Greylisted, come back later'))
    callback()
  },
  async onData(stream, session, callback) {
    if (turnOf('stop-reading')) return // neither read nor answered: the client's writes stall too
    const raw = await buffer(stream).catch(() => null)
    if (raw === null) return // who sends it was killed in the middle
    if (turnOf('hang-at-data')) return
    if (turnOf('refuse-content')) return callback(refusal(554, '5.7.1 This looks like spam'))
    received.push({
      from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
      to: session.envelope.rcptTo.map(({ address }) => address),
      raw: raw.toString('utf8'),
      encrypted: session.secure,
      user: typeof session.user === 'string' ? session.user : null,
    })
    if (turnOf('drop-after-data')) return void socketOf(session).destroy()
    const answered = `2.0.0 queued for ${session.envelope.rcptTo[0]?.address}`
    if (turnOf('hold-at-data')) return void held.push(() => callback(null, answered))
    const reset = turnOf('reset-after-accept')
    callback(null, answered)
    // The answer must have been read before the line is cut: a reset takes along what still lies unread at the other end.
    if (reset) setTimeout(() => socketOf(session)?.resetAndDestroy(), 250)
  },
})

// What a client does to us in a test is the client's business.
server.on('error', () => undefined)

process.on('message', (order: SmtpOrder) => {
  if (order.ask === 'received') process.send!({ received })
  if (order.ask === 'release') {
    for (const answer of held.splice(0)) answer()
    process.send!({ released: true })
  }
  if (order.ask === 'behave') {
    script = { ...script, ...order.script }
    misbehaved = 0
    process.send!({ behaving: true })
  }
})
process.on('disconnect', () => process.exit(0))

const listening = server.listen(script.port ?? 0, '127.0.0.1')
await once(listening, 'listening')
process.send!({ port: (listening.address() as AddressInfo).port })
