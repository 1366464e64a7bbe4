import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { CompactEncrypt, importJWK, type JWK } from 'jose'
import { launchServer, type RunningServer } from '../support/launch.ts'
import { sealedIn } from './floor.ts'
import { post } from './http.ts'
import { type Bench, paired, rowOf } from './paired.ts'

const MESSAGE = JSON.stringify({ subject: 'Your result', text: 'All is well. '.repeat(316) }) // 4 KiB as JSON
const RECIPIENTS = [{ email: 'ada@example.com', name: 'Ada Lopez' }]
const ROUNDS = 150

type Form = 'json' | 'jwe'

/** `POST /api/v1/deposits` on the running program, one at a time and sixteen at once. */
export const DEPOSITS: Bench[] = (['json', 'jwe'] as const).flatMap(form =>
  [1, 16].map(atOnce => ({
    name: `deposit-${form}-4k${atOnce === 1 ? '' : `-${atOnce}-at-once`}`,
    async run(progress) {
      const portal = await startPortal(form)
      const floor = await startFloor(form, portal.cost)
      try {
        let bodies: { portal: string[]; floor: string[] } = { portal: [], floor: [] }
        const measured = await paired(
          {
            rounds: Math.ceil(ROUNDS / Math.sqrt(atOnce)),
            async prepare() {
              bodies = { portal: await times(atOnce, portal.body), floor: await times(atOnce, floor.body) }
            },
            work: () => Promise.all(bodies.portal.map(portal.deposit)),
            floor: () => Promise.all(bodies.floor.map(floor.deposit)),
          },
          progress,
        )
        return rowOf(this.name, 'ms each', { work: measured.work / atOnce, floor: measured.floor / atOnce })
      } finally {
        await portal.stop()
        await floor.stop()
      }
    },
  })),
)

/** What one deposit costs at the least: parts and bytes to seal and keep, bytes to answer. */
interface Cost {
  parts: number
  bytes: number
  answer: number
}

async function startPortal(form: Form) {
  const server = await launchServer({ LOG_LEVEL: 'info' })
  const clinic = await server.command<{ id: string }>('organization', 'create', '--name', 'North Clinic')
  const named = ['--organization', clinic.id, '--name', 'Records']
  const { apiKey } = await server.command<{ apiKey: string }>('client', 'create', ...named)
  const jwks = (await (await fetch(`${server.origin}/.well-known/jwks.json`)).json()) as { keys: JWK[] }
  const key = jwks.keys.find(one => one.use === 'enc' && one.crv === 'X25519')!
  const body = await bodiesFor(form, key)
  const deposit = async (text: string) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'idempotency-key': randomUUID() }
    const { status, answer } = await post(`${server.origin}/api/v1/deposits`, headers, text)
    if (status !== 201) throw new Error(`The portal answered ${status}: ${answer.toString('utf8')}`)
    return answer
  }
  return { body, deposit, stop: server.stop, cost: await costOf(server, async () => deposit(await body())) }
}

async function costOf(server: RunningServer, deposit: () => Promise<Buffer>): Promise<Cost> {
  await deposit() // the first one also makes the recipient
  const file = path.join(server.dataDirectory, 'portal.db')
  const before = sealedIn(file)
  const answer = (await deposit()).length
  const after = sealedIn(file)
  return { parts: after.parts - before.parts, bytes: after.bytes - before.bytes, answer }
}

async function startFloor(form: Form, cost: Cost) {
  const program = path.join(import.meta.dirname, 'floor-server.ts')
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { port, publicJwk } = JSON.parse(line.toString('utf8')) as { port: number; publicJwk: JWK }
  const body = await bodiesFor(form, publicJwk)
  const query = `parts=${cost.parts}&bytes=${cost.bytes}&answer=${cost.answer}${form === 'jwe' ? '&jwe' : ''}`
  return {
    body,
    deposit: (text: string) => post(`http://127.0.0.1:${port}/?${query}`, {}, text),
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

async function bodiesFor(form: Form, key: JWK): Promise<() => Promise<string>> {
  if (form === 'json') return async () => JSON.stringify({ recipients: RECIPIENTS, message: JSON.parse(MESSAGE) as unknown })
  const recipient = await importJWK(key, 'ECDH-ES+A256KW')
  const kid = key.kid === undefined ? {} : { kid: key.kid }
  const header = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', cty: 'application/vnd.restante.message+json', ...kid }
  return async () => {
    const content = await new CompactEncrypt(Buffer.from(MESSAGE)).setProtectedHeader(header).encrypt(recipient)
    return JSON.stringify({ recipients: RECIPIENTS, content })
  }
}

const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, make))
