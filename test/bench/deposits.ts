import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { CompactEncrypt, importJWK, type JWK } from 'jose'
import { launchServer, type RunningServer } from '../support/launch.ts'
import { bareDatabase, sealedIn } from './floor.ts'
import { post } from './http.ts'
import { type Bench, paired, rowOf } from './paired.ts'

const MESSAGE = JSON.stringify({ subject: 'Your result', text: 'All is well. '.repeat(316) }) // 4 KiB as JSON
const RECIPIENTS = [{ email: 'ada@example.com', name: 'Ada Lopez' }]
const ROUNDS = 150
/** Deposits before the first that is measured. */
const WARMING = 600

type Form = 'json' | 'jwe'

/** For sealed deposits, how many durable commits one may take, by how many are asked for at once. */
const GOALS: Record<number, number> = { 1: 6, 16: 1 / 0.8, 64: 1 }

/**
 * `POST /api/v1/deposits` on the running program, one at a time and many at once, beside a bare database that commits the same bytes
 * durably, one after the other: what no program can do without, and what only commits shared by many can be faster than.
 */
export const DEPOSITS: Bench[] = (['json', 'jwe'] as const).flatMap(form =>
  [1, 16, 64].map(atOnce => ({
    name: `deposit-${form}-4k${atOnce === 1 ? '' : `-${atOnce}-at-once`}`,
    async run(progress) {
      const portal = await startPortal(form)
      const database = bareDatabase()
      const bytes = new Uint8Array(portal.bytes)
      try {
        let bodies: string[] = []
        const measured = await paired(
          {
            rounds: Math.ceil(ROUNDS / Math.sqrt(atOnce)),
            warmUp: Math.ceil(WARMING / atOnce),
            async prepare() {
              bodies = await times(atOnce, portal.body)
            },
            work: () => Promise.all(bodies.map(portal.deposit)),
            floor() {
              for (let i = 0; i < atOnce; i++) database.commit(bytes)
            },
          },
          progress,
        )
        const each = { work: measured.work / atOnce, floor: measured.floor / atOnce }
        return rowOf(this.name, 'ms each', each, form === 'jwe' ? GOALS[atOnce] : null)
      } finally {
        database.close()
        await portal.stop()
      }
    },
  })),
)

/** A portal with a clinic and a system that deposits; whoever `recipients` names gets the next one. */
export async function startPortal(
  form: Form,
  { launch = () => launchServer({ LOG_LEVEL: 'info' }), recipients = () => RECIPIENTS } = {},
) {
  const server = await launch()
  const clinic = await server.command<{ id: string }>('organization', 'create', '--name', 'North Clinic')
  const named = ['--organization', clinic.id, '--name', 'Records']
  const { apiKey } = await server.command<{ apiKey: string }>('client', 'create', ...named)
  const jwks = (await (await fetch(`${server.origin}/.well-known/jwks.json`)).json()) as { keys: JWK[] }
  const key = jwks.keys.find(one => one.use === 'enc' && one.crv === 'X25519')!
  const body = await bodiesFor(form, key, recipients)
  const deposit = async (text: string) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'idempotency-key': randomUUID() }
    const { status, answer } = await post(`${server.origin}/api/v1/deposits`, headers, text)
    if (status !== 201) throw new Error(`The portal answered ${status}: ${answer.toString('utf8')}`)
    return answer
  }
  return { server, body, deposit, stop: server.stop, bytes: await bytesOf(server, async () => deposit(await body())) }
}

/** How many sealed bytes one deposit leaves in the database. */
async function bytesOf(server: RunningServer, deposit: () => Promise<unknown>): Promise<number> {
  await deposit() // the first one also makes the recipient
  const file = path.join(server.dataDirectory, 'portal.db')
  const before = sealedIn(file)
  await deposit()
  return sealedIn(file) - before
}

async function bodiesFor(form: Form, key: JWK, recipients: () => typeof RECIPIENTS): Promise<() => Promise<string>> {
  if (form === 'json') return async () => JSON.stringify({ recipients: recipients(), message: JSON.parse(MESSAGE) as unknown })
  const recipient = await importJWK(key, 'ECDH-ES+A256KW')
  const kid = key.kid === undefined ? {} : { kid: key.kid }
  const header = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', cty: 'application/vnd.restante.message+json', ...kid }
  return async () => {
    const content = await new CompactEncrypt(Buffer.from(MESSAGE)).setProtectedHeader(header).encrypt(recipient)
    return JSON.stringify({ recipients: recipients(), content })
  }
}

const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, make))
