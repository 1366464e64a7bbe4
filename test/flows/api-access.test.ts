import { describe, expect, test } from 'vitest'
import { DEPOSIT_LIST, PROBLEM } from '../../server/api/shapes.ts'
import { hours } from '../../server/time.ts'
import { apiCall, apiClient, DEPOSITS, depositJson, expectProblem, laboratory } from '../support/api.ts'
import { clinicIn } from '../support/clinic.ts'
import { clinicPortal } from '../support/people.ts'
import { testPortal } from '../support/portal.ts'

describe('who may', () => {
  test.each(['bearer API key', 'basic', 'access token by basic', 'access token by form'])('%s', async way => {
    const { clinic, lab } = await laboratory()
    const basic = `Basic ${Buffer.from(`${lab.id}:${lab.secret}`).toString('base64')}`
    const token = async (headers: Record<string, string>, more = '') => {
      const form = {
        body: `grant_type=client_credentials${more}`,
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      }
      return `Bearer ${(await apiCall(clinic, 'POST', '/api/v1/oauth/token', form)).json.access_token}`
    }
    const authorization = {
      'bearer API key': `Bearer ${lab.apiKey}`,
      basic,
      'access token by basic': await token({ authorization: basic }),
      'access token by form': await token({}, `&client_id=${lab.id}&client_secret=${lab.secret}`),
    }[way]!
    expect((await apiCall(clinic, 'GET', DEPOSITS, { headers: { authorization } })).status).toBe(200)
  })

  test('nobody else, with the same answer for every reason', async () => {
    const { clinic, lab } = await laboratory()
    const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
    const wrong = [
      undefined,
      'Bearer',
      'Bearer wrong',
      `Bearer ${lab.apiKey}x`,
      `Bearer ${lab.secret}`,
      `Token ${lab.apiKey}`,
      `Bearer ${lab.apiKey} ${lab.apiKey}`,
      basic(`${lab.id}:wrong`),
      basic(`cli_unknown:${lab.secret}`),
      basic(`:${lab.secret}`),
      basic(lab.id),
      basic(`${lab.id}:`),
      'Basic ###',
      `Bearer ${'x'.repeat(10_000)}`,
    ]
    const answers = await Promise.all(
      wrong.map(authorization =>
        apiCall(clinic, 'GET', DEPOSITS, authorization === undefined ? {} : { headers: { authorization } }),
      ),
    )
    expect(new Set(answers.map(answer => answer.text)).size).toBe(1)
    for (const answer of answers) {
      expectProblem(answer, 401, 'unauthorized')
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm=.*Basic realm=/)
    }
  })

  test('nobody any more, the moment the client is revoked or its token is an hour old', async () => {
    const { clinic, lab } = await laboratory()
    const form = {
      body: `grant_type=client_credentials&client_id=${lab.id}&client_secret=${lab.secret}&scope=read`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }
    const { json } = await apiCall(clinic, 'POST', '/api/v1/oauth/token', form)
    expect(json).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600, scope: 'read' })
    const withToken = { headers: { authorization: `Bearer ${json.access_token}` } }
    expect((await apiCall(clinic, 'GET', DEPOSITS, withToken)).status).toBe(200)
    expectProblem(await apiCall(clinic, 'GET', '/api/v1/replies', withToken), 403, 'forbidden')
    clinic.clock.advance(hours(1))
    expectProblem(await apiCall(clinic, 'GET', DEPOSITS, withToken), 401, 'unauthorized')
    const fresh = {
      headers: { authorization: `Bearer ${(await apiCall(clinic, 'POST', '/api/v1/oauth/token', form)).json.access_token}` },
    }
    await clinic.parts.store.transaction(tx => tx.clients.revoke(lab.id, clinic.clock.read()))
    expectProblem(await lab.call('GET', DEPOSITS), 401, 'unauthorized')
    expectProblem(await apiCall(clinic, 'GET', DEPOSITS, fresh), 401, 'unauthorized')
  })

  test.each([
    ['deposit', ['GET', DEPOSITS]],
    ['deposit', ['POST', `${DEPOSITS}/dep_0/retraction`, { reason: 'other' }]],
    ['read', ['POST', DEPOSITS, depositJson()]],
    ['read', ['PATCH', `${DEPOSITS}/dep_0`, { expiresAt: '2026-02-01T00:00:00Z' }]],
    ['read', ['POST', `${DEPOSITS}/dep_0/notices`]],
    ['read', ['GET', '/api/v1/replies']],
    ['retract', ['GET', `${DEPOSITS}/dep_0`]],
  ] as const)('the scope %s alone does not reach %j', async (scope, [method, path, body]) => {
    const clinic = await clinicPortal()
    const client = await apiClient(clinic, [scope])
    const headers = { 'idempotency-key': 'k' }
    expectProblem(await client.call(method, path, body === undefined ? { headers } : { body, headers }), 403, 'forbidden')
  })

  test.each([
    ['grant_type=password', 'unsupported_grant_type', 400],
    ['', 'invalid_request', 400],
    ['grant_type=client_credentials&grant_type=client_credentials', 'invalid_request', 400],
    ['grant_type=client_credentials', 'invalid_client', 401],
    ['grant_type=client_credentials&client_id=ID&client_secret=wrong', 'invalid_client', 401],
    ['grant_type=client_credentials&client_id=ID&client_secret=SECRET&scope=everything', 'invalid_scope', 400],
    ['grant_type=client_credentials&client_id=ID&client_secret=SECRET&scope=retract', 'invalid_scope', 400],
  ])('the token endpoint refuses %j as %s', async (form, error, status) => {
    const clinic = await clinicPortal()
    const client = await apiClient(clinic, ['read'])
    const body = form.replace('ID', client.id).replace('SECRET', client.secret)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await apiCall(clinic, 'POST', '/api/v1/oauth/token', { body, headers })
    expect(answer).toMatchObject({ status, json: { error } })
    PROBLEM.parse(answer.json)
  })

  test('a token buys no token', async () => {
    const { clinic, lab } = await laboratory()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: `Bearer ${lab.apiKey}` }
    const answer = await apiCall(clinic, 'POST', '/api/v1/oauth/token', { body: 'grant_type=client_credentials', headers })
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
  })
})

describe('what is not yours is not there', () => {
  test('byte for byte', async () => {
    const portal = await testPortal()
    const [north, south] = [await clinicIn(portal), await clinicIn(portal, 'South Clinic')]
    const [owner, sibling, stranger] = [await apiClient(north), await apiClient(north), await apiClient(south)]
    const { json } = await owner.deposits(depositJson())
    const id = String(json.id)
    const message = (json.messages as { id: string }[])[0]!.id
    const later = { expiresAt: '2026-02-01T00:00:00Z' }
    const requests: [string, (deposit: string) => string, unknown?][] = [
      ['GET', deposit => `${DEPOSITS}/${deposit}`],
      ['PATCH', deposit => `${DEPOSITS}/${deposit}`, later],
      ['POST', deposit => `${DEPOSITS}/${deposit}/retraction`, { reason: 'other' }],
      ['POST', deposit => `${DEPOSITS}/${deposit}/retraction`, { reason: 'other', messages: [message] }],
      ['POST', deposit => `${DEPOSITS}/${deposit}/notices`],
    ]
    for (const client of [sibling, stranger]) {
      for (const [method, path, body] of requests) {
        const options = body === undefined ? {} : { body }
        const foreign = await client.call(method, path(id), options)
        const missing = await client.call(method, path(`${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`), options)
        expectProblem(foreign, 404, 'not_found')
        expect([foreign.text, [...foreign.headers]]).toEqual([missing.text, [...missing.headers]])
      }
      expect(DEPOSIT_LIST.parse((await client.call('GET', DEPOSITS)).json).deposits).toEqual([])
      expect(DEPOSIT_LIST.parse((await client.call('GET', `${DEPOSITS}?reference=LAB-2026-001`)).json).deposits).toEqual([])
      expect(DEPOSIT_LIST.parse((await client.call('GET', `${DEPOSITS}?after=${id}`)).json).deposits).toEqual([])
    }
    expect((await owner.call('GET', `${DEPOSITS}/${id}`)).json.messages).toMatchObject([{ state: 'waiting' }])
  })
})
