import { depositAnswer } from '../deposit-answer.ts'
import { shaped } from '../intake/message-json.ts'
import type { Portal } from '../portal.ts'
import { clientsBody, clientsJson } from './body.ts'
import { DEPOSIT_FORM, depositForm, isForm } from './deposit-form.ts'
import { type Call, json, jsonText, nextAfter, type Operation, PAGE_PARAMETERS, type Parameter, pageOf } from './operation.ts'
import { readDeposit } from './read-deposit.ts'
import { DEPOSIT, DEPOSIT_ANSWER, DEPOSIT_LIST, EXTENSION } from './shapes.ts'

export const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  description: 'The same for every try of one deposit, and for no other: 1 to 255 visible ASCII characters.',
  required: true,
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

export const makeDeposit: Operation = {
  method: 'POST',
  path: '/api/v1/deposits',
  id: 'makeDeposit',
  summary: 'Deposit a message for one or more recipients',
  description:
    'Answered once it is durable. The same key with the same body answers the same again, with Idempotency-Replayed. Attachments that are ' +
    'too large for JSON come as files of a form, which begins with the part `deposit`.',
  scope: 'deposit',
  headers: [IDEMPOTENCY_KEY],
  body: { type: 'application/json', shape: DEPOSIT },
  form: DEPOSIT_FORM,
  answer: {
    status: 201,
    description: 'Kept, and the notices are on their way.',
    shape: DEPOSIT_ANSWER,
    headers: {
      Location: 'Where the deposit can be looked at.',
      'Idempotency-Replayed': '`true` when this answer was given before.',
    },
  },
  async run(call) {
    const { id, answer, replayed } = await (isForm(call.request) ? depositForm(call) : depositJson(call))
    return jsonText(answer, 201, {
      location: `/api/v1/deposits/${id}`,
      ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
    })
  },
}

async function depositJson({ request, portal, client }: Call): ReturnType<Portal['deposit']> {
  const { sender, body } = await clientsBody({ request, client }, readDeposit)
  const { deposit, bodyHash } = body
  return portal.deposit(sender, deposit, { key: request.headers.get('idempotency-key'), bodyHash })
}

export const listDeposits: Operation = {
  method: 'GET',
  path: '/api/v1/deposits',
  id: 'listDeposits',
  summary: 'List what this client deposited, newest first',
  scope: 'read',
  query: [
    { name: 'reference', description: "The sender's own name for the deposit.", required: false, schema: { type: 'string' } },
    ...PAGE_PARAMETERS,
  ],
  answer: { status: 200, description: 'One page.', shape: DEPOSIT_LIST },
  async run({ url, portal, client }) {
    const sender = await client()
    const { after, limit } = pageOf(url, ['reference'])
    const reference = url.searchParams.get('reference') ?? undefined
    const lines = await portal.listDeposits({ client: sender }, { reference, after, limit })
    return json({ deposits: lines.map(depositAnswer), next: nextAfter(lines, limit) })
  },
}

export const showDeposit: Operation = {
  method: 'GET',
  path: '/api/v1/deposits/{id}',
  id: 'showDeposit',
  summary: 'State and receipts for each recipient',
  scope: 'read',
  answer: { status: 200, description: 'The deposit as it stands.', shape: DEPOSIT_ANSWER },
  async run({ portal, params: [id = ''], client }) {
    return json(depositAnswer(await portal.depositState({ client: await client() }, id)))
  },
}

export const extendDeposit: Operation = {
  method: 'PATCH',
  path: '/api/v1/deposits/{id}',
  id: 'extendDeposit',
  summary: 'Set a new expiry; brings expired messages back',
  scope: 'deposit',
  body: { type: 'application/json', shape: EXTENSION },
  answer: { status: 200, description: 'The deposit as it stands now.', shape: DEPOSIT_ANSWER },
  async run({ request, portal, params: [id = ''], client }) {
    const { sender, body } = await clientsJson({ request, client })
    const { expiresAt } = shaped(EXTENSION, body)
    return json(depositAnswer(await portal.extendDeposit({ client: sender }, id, Date.parse(expiresAt))))
  },
}
