import { expect, test } from 'vitest'
import { handleApi } from '../../server/api/handler.ts'
import { revokeClient, rotateClient } from '../../server/client-credentials.ts'
import { newSecret } from '../../server/ids.ts'
import { type ApiClient, apiCall, apiClient, DEPOSITS, depositJson, expectProblem, laboratory } from '../support/api.ts'
import type { Clinic } from '../support/clinic.ts'
import { ORIGIN } from '../support/whole-portal.ts'

const tokenFor = async (clinic: Clinic, { id, secret }: Pick<ApiClient, 'id' | 'secret'>) => {
  const body = `grant_type=client_credentials&client_id=${id}&client_secret=${secret}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { json } = await apiCall(clinic, 'POST', '/api/v1/oauth/token', { body, headers })
  return { headers: { authorization: `Bearer ${json.access_token}` } }
}

/** An upload whose second half comes only after something else has happened. */
const upload = (clinic: Clinic, path: string, authorization: string, json: unknown, meanwhile: () => Promise<unknown>) => {
  const text = new TextEncoder().encode(JSON.stringify(json))
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(text.subarray(0, 20))
      await meanwhile()
      controller.enqueue(text.subarray(20))
      controller.close()
    },
  })
  const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': newSecret() }
  const request = new Request(ORIGIN + path, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
  return handleApi(request, clinic.portal, { origin: ORIGIN, log: clinic.parts.log, clock: clinic.clock.read })
}

test('a token that was got with old credentials is worth nothing once they are replaced', async () => {
  const { clinic, lab } = await laboratory()
  const stolen = await tokenFor(clinic, lab)
  expect((await apiCall(clinic, 'GET', DEPOSITS, stolen)).status).toBe(200)
  const renewed = await rotateClient(clinic.parts, lab.id)
  expectProblem(await apiCall(clinic, 'GET', DEPOSITS, stolen), 401, 'unauthorized')
  const fresh = await tokenFor(clinic, { id: lab.id, secret: renewed.secret })
  expect((await apiCall(clinic, 'GET', DEPOSITS, fresh)).status).toBe(200)
})

/** Credentials end within one. */
const aSecondPasses = ({ clock }: Clinic): void => void clock.advance(1_000)

test.each([
  ['replaced', (clinic: Clinic, lab: ApiClient) => rotateClient(clinic.parts, lab.id).then(() => aSecondPasses(clinic))],
  ['revoked', (clinic: Clinic, lab: ApiClient) => revokeClient(clinic.parts, lab.id).then(() => aSecondPasses(clinic))],
])('an upload under way when its credentials are %s deposits nothing', async (_how, ends) => {
  const { clinic, lab } = await laboratory()
  const response = await upload(clinic, DEPOSITS, `Bearer ${lab.apiKey}`, depositJson(), () => ends(clinic, lab))
  expect(response.status).toBe(401)
  const entries = await clinic.parts.store.read(tx => tx.trail.entries(0, 100))
  expect(entries.filter(({ action }) => action === 'message.deposited')).toEqual([])
})

test('an upload under way while nothing happens is kept', async () => {
  const { clinic, lab } = await laboratory()
  const response = await upload(clinic, DEPOSITS, `Bearer ${lab.apiKey}`, depositJson(), async () => undefined)
  expect(response.status).toBe(201)
})

test('a batch goes no further once its client is revoked', async () => {
  const { clinic, lab } = await laboratory()
  const batch = { deposits: Array.from({ length: 60 }, () => depositJson()) }
  const headers = { 'idempotency-key': newSecret() }
  const answering = lab.call('POST', `${DEPOSITS}/batch`, { body: batch, headers })
  while ((await clinic.parts.store.read(tx => tx.trail.head())).size < 30) await new Promise(turn => setImmediate(turn))
  await revokeClient(clinic.parts, lab.id)
  aSecondPasses(clinic)
  const { results } = (await answering).json as { results: { id?: string; status?: number }[] }
  expect(results[0]?.id).toMatch(/^dep_/)
  expect(results.at(-1)?.status).toBe(401)
})

test('whose credentials do not reach as far as depositing is refused before a byte of the body is read', async () => {
  const { clinic } = await laboratory()
  const reader = await apiClient(clinic, ['read'], 'Dashboard')
  let read = 0
  const endless = new ReadableStream<Uint8Array>(
    { pull: controller => controller.enqueue(new Uint8Array(++read && 65_536)) },
    { highWaterMark: 0 },
  )
  const headers = { authorization: `Bearer ${reader.apiKey}`, 'content-type': 'application/json', 'idempotency-key': 'key' }
  const request = new Request(ORIGIN + DEPOSITS, { method: 'POST', headers, body: endless, duplex: 'half' } as RequestInit)
  const response = await handleApi(request, clinic.portal, { origin: ORIGIN, log: clinic.parts.log, clock: clinic.clock.read })
  expect([response.status, read]).toEqual([403, 0])
})

test('twenty megabytes that would become a gigabyte of objects are refused as they come', async () => {
  const { clinic, lab } = await laboratory()
  expectProblem(await lab.deposits(`[${'{},'.repeat(6_000_000)}{}]`), 400, 'malformed')
  const keys = Array.from({ length: 1_000_000 }, (_, key) => `"${key.toString(36)}":1`)
  expectProblem(await lab.deposits(`{${keys.join()}}`), 400, 'malformed')
  const batch = `{"deposits":[${'{},'.repeat(600_000)}{}]}`
  expectProblem(
    await lab.call('POST', `${DEPOSITS}/batch`, { body: batch, headers: { 'idempotency-key': 'k' } }),
    400,
    'malformed',
  )
  expect((await lab.deposits(depositJson())).status).toBe(201)
  expect(clinic.log.filter(({ level }) => level === 'error')).toEqual([])
})
