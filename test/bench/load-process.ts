import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { formTokenFor } from '../../server/web/cookies.ts'

// Load on a portal from a process of its own, so that it takes no time from whoever measures beside it. On two cores it still takes
// some from the portal, as any neighbour would.
//   load-process.ts deposits ORIGIN API_KEY AT_ONCE    until SIGTERM
//   load-process.ts sign-ins ORIGIN TOKEN…             each once, all at the same time
// Ends with one JSON line: how many were answered, in which time, by status.
const [what = '', origin = '', ...rest] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })
const statuses: Record<number, number> = {}
let isStopping = false
process.once('SIGTERM', () => {
  isStopping = true
})

function post(path: string, headers: Record<string, string>, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(origin + path, {
      method: 'POST',
      agent,
      headers: { 'content-length': Buffer.byteLength(body), ...headers },
    })
    asked.on('response', response => {
      statuses[response.statusCode!] = (statuses[response.statusCode!] ?? 0) + 1
      response.resume().on('end', resolve).on('error', reject)
    })
    asked.on('error', reject).end(body)
  })
}

const MESSAGE = { subject: 'Your result', text: 'All is well. '.repeat(300) }

async function depositor(apiKey: string, number: number): Promise<void> {
  for (let i = 0; !isStopping; i++) {
    const recipients = [{ email: `patient${number}.${i % 50}@example.com`, name: 'Ben Okafor' }]
    const headers = { authorization: `Bearer ${apiKey}`, 'idempotency-key': randomUUID(), 'content-type': 'application/json' }
    await post('/api/v1/deposits', headers, JSON.stringify({ recipients, message: MESSAGE }))
  }
}

function signIn(token: string): Promise<void> {
  const form = new URLSearchParams({ form_token: formTokenFor(token), passphrase: 'not the right words at all' }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin, cookie: `__Host-sign-in=${token}` }
  return post('/sign-in/passphrase', headers, form)
}

const begun = performance.now()
if (what === 'deposits') await Promise.all(Array.from({ length: Number(rest[1]) }, (_, i) => depositor(rest[0]!, i)))
else await Promise.all(rest.map(signIn))
process.stdout.write(`${JSON.stringify({ statuses, seconds: (performance.now() - begun) / 1_000 })}\n`)
agent.destroy()
