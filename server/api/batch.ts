import { createHash } from 'node:crypto'
import { PortalError } from '../errors.ts'
import { clientsBody } from './body.ts'
import { IDEMPOTENCY_KEY } from './deposits.ts'
import { type Call, json, type Operation } from './operation.ts'
import { readBatch, readDeposit } from './read-deposit.ts'
import { BATCH, BATCH_ANSWER, BATCH_SIZE } from './shapes.ts'

/** So many deposits of a batch are under way at once: enough to share commits, too few to crowd out other clients. */
const AT_ONCE = 8

export const makeDeposits: Operation = {
  method: 'POST',
  path: '/api/v1/deposits/batch',
  id: 'makeDeposits',
  summary: `Make up to ${BATCH_SIZE} deposits`,
  description:
    'Each is kept or refused by itself; the results stand in the order of the deposits. Sent again with the same key, what was kept is ' +
    'answered again and what was refused is tried again.',
  scope: 'deposit',
  headers: [IDEMPOTENCY_KEY],
  body: { type: 'application/json', shape: BATCH },
  answer: { status: 200, description: 'A deposit or a problem for each.', shape: BATCH_ANSWER },
  async run(call) {
    const { body: deposits } = await clientsBody(call, readBatch)
    const key = batchKey(call.request)
    const results: unknown[] = []
    for (let from = 0; from < deposits.length; from += AT_ONCE) {
      const some = deposits.slice(from, from + AT_ONCE)
      results.push(...(await Promise.all(some.map((deposit, i) => keepOne(call, deposit, `${key}.${from + i}`)))))
    }
    return json({ results })
  },
}

async function keepOne({ client, portal, explain }: Call, body: Uint8Array, key: string): Promise<unknown> {
  try {
    const sender = await client() // each time: a batch may outlive its client's credentials
    const { deposit, bodyHash } = await readDeposit([body])
    const { answer } = await portal.deposit(sender, deposit, { key, bodyHash })
    return JSON.parse(answer)
  } catch (error) {
    return explain(error)
  }
}

/** Hashed, so that with the number behind it the key of a deposit is never longer than a key may be. */
function batchKey(request: Request): string {
  const key = request.headers.get('idempotency-key') ?? ''
  if (key === '')
    throw new PortalError(
      'idempotency_key_missing',
      'Send an Idempotency-Key header, so that a repeated batch makes nothing twice.',
    )
  return `batch.${sha256(key)}`
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')
