import { describe, expect, test } from 'vitest'
import { MAX_API_BODY_BYTES } from '../../server/api/body.ts'
import { operations } from '../../server/api/handler.ts'
import { PROBLEM_CODES } from '../../server/api/problem.ts'
import { PROBLEM } from '../../server/api/shapes.ts'
import { apiCall, DEPOSITS, depositJson, expectProblem, laboratory } from '../support/api.ts'
import { clinicPortal } from '../support/people.ts'
import { ORIGIN } from '../support/whole-portal.ts'

describe('what cannot be understood is refused, and nothing is changed', () => {
  const BAD: [string, string | Uint8Array, number, string, string?][] = [
    ['no JSON', 'hello', 400, 'malformed'],
    ['a body that is cut', '{"recipients":', 400, 'malformed'],
    ['a key twice', '{"reference":"a","reference":"b"}', 400, 'malformed'],
    ['__proto__', '{"__proto__":{}}', 400, 'malformed'],
    ['10,000 levels', '['.repeat(10_000), 400, 'malformed'],
    ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 400, 'malformed'],
    ['an array', '[]', 422, 'invalid'],
    ['nothing of what is needed', '{}', 422, 'invalid'],
    ['an unknown field', JSON.stringify(depositJson({ urgent: true })), 422, 'invalid', '/urgent'],
    ['an unknown field with a slash', JSON.stringify(depositJson({ 'a/b~': true })), 422, 'invalid', '/a~1b~0'],
    [
      'an unknown field inside',
      JSON.stringify(depositJson({ message: { subject: 'a', text: 'b', bcc: 'x' } })),
      422,
      'invalid',
      '/message/bcc',
    ],
    ['both message and content', JSON.stringify(depositJson({ content: 'x' })), 422, 'invalid', '/message'],
    ['neither', JSON.stringify(depositJson({ message: undefined })), 422, 'invalid', '/message'],
    ['a past expiry', JSON.stringify(depositJson({ expiresAt: '2020-01-01T00:00:00Z' })), 422, 'invalid', '/expiresAt'],
    ['a time without a zone', JSON.stringify(depositJson({ expiresAt: '2026-02-01T00:00:00' })), 422, 'invalid', '/expiresAt'],
    ['a day that is none', JSON.stringify(depositJson({ expiresAt: '2026-02-31T00:00:00Z' })), 422, 'invalid', '/expiresAt'],
    ['an attachment that is not base64', withAttachment('!!'), 422, 'invalid', '/message/attachments/0/data'],
    ['an attachment with padding left out', withAttachment('aGk'), 422, 'invalid', '/message/attachments/0/data'],
    [
      'a number for a name',
      JSON.stringify(depositJson({ recipients: [{ email: 'a@example.com', name: 7 }] })),
      422,
      'invalid',
      '/recipients/0/name',
    ],
    [
      'two activations',
      withRecipient({ activation: { code: '123456', birthDate: '1950-01-31' } }),
      422,
      'invalid',
      '/recipients/0/activation',
    ],
  ]

  function withAttachment(data: string): string {
    return JSON.stringify(
      depositJson({ message: { subject: 'a', text: 'b', attachments: [{ name: 'a.txt', type: 'text/plain', data }] } }),
    )
  }

  function withRecipient(changes: object): string {
    return JSON.stringify(depositJson({ recipients: [{ email: 'ada@example.com', name: 'Ada', ...changes }] }))
  }

  test('each of them', async () => {
    const { clinic, lab } = await laboratory()
    for (const [what, body, status, code, pointer] of BAD) {
      const answer = await lab.deposits(body)
      expect([what, answer.status, answer.json?.type]).toEqual([what, status, `urn:restante:problem:${code}`])
      if (pointer !== undefined) expect(answer.json.errors, what).toMatchObject([{ pointer }])
    }
    expect((await lab.call('GET', DEPOSITS)).json.deposits).toEqual([])
    await clinic.deliver()
    expect(clinic.mailbox.mails).toEqual([])
  })

  test('bodies of another type, compressed ones, and those that are too large', async () => {
    const { lab } = await laboratory()
    expectProblem(await lab.deposits(JSON.stringify(depositJson()), { 'content-type': 'text/plain' }), 415, 'unsupported_type')
    expectProblem(await lab.deposits(depositJson(), { 'content-encoding': 'gzip' }), 415, 'unsupported_type')
    expectProblem(
      await lab.deposits(new Uint8Array(MAX_API_BODY_BYTES + 1), { 'content-type': 'application/json' }),
      413,
      'too_large',
    )
  })

  test('an error nobody meant is a number, and its text is in the log alone', async () => {
    const { clinic, lab } = await laboratory()
    const { id } = (await lab.deposits(depositJson())).json
    await clinic.storage.store.close()
    const answer = await lab.call('GET', `${DEPOSITS}/${id}`)
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect(answer.text).not.toMatch(/sqlite|database|closed|storage/i)
    await clinic.restart()
  })
})

describe('the addresses', () => {
  test.each([
    ['GET', '/api/v1/nothing', 404],
    ['GET', '/api/v1/deposits/', 404],
    ['GET', '/api/v1//deposits', 404],
    ['GET', '/api/v1/deposits/a%2Fb', 404],
    ['GET', '/api/v1/deposits/../deposits/x', 401],
    ['GET', '/api/v2/deposits', 404],
    ['GET', '/.well-known/openid-configuration', 404],
    ['DELETE', '/api/v1/deposits', 405],
    ['PUT', '/api/v1/deposits/dep_0', 405],
    ['GET', '/api/v1/deposits/dep_0/retraction', 405],
    ['POST', '/.well-known/jwks.json', 405],
  ])('%s %s answers %i', async (method, path, status) => {
    const clinic = await clinicPortal()
    const answer = await apiCall(clinic, method, path)
    expect(answer.status).toBe(status)
    PROBLEM.parse(answer.json)
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/^(GET|HEAD|PATCH|POST|, )+$/)
  })

  test('HEAD answers what GET would, without a body', async () => {
    const { lab } = await laboratory()
    const [head, get] = [await lab.call('HEAD', DEPOSITS), await lab.call('GET', DEPOSITS)]
    expect(head.text).toBe('')
    expect([head.status, [...head.headers]]).toEqual([get.status, [...get.headers]])
  })
})

describe('the description', () => {
  test('tells of every operation there is and of no other', async () => {
    const clinic = await clinicPortal()
    const { json, status } = await apiCall(clinic, 'GET', '/api/v1/openapi.json')
    expect([status, json.openapi]).toEqual([200, '3.1.0'])
    const described = Object.entries(json.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    expect(described.sort()).toEqual(
      operations(ORIGIN)
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    )
    const ids = operations(ORIGIN).map(operation => operation.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('knows the fields that a deposit takes, and that there are no others', async () => {
    const clinic = await clinicPortal()
    const { json } = await apiCall(clinic, 'GET', '/api/v1/openapi.json')
    const paths = json.paths as Record<
      string,
      Record<string, { requestBody: { content: Record<string, { schema: Record<string, unknown> }> } }>
    >
    const { schema } = paths[DEPOSITS]!.post!.requestBody.content['application/json']!
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false, required: ['recipients'] })
    expect(Object.keys(schema.properties as object)).toEqual(
      expect.arrayContaining(['message', 'content', 'expiresAt', 'retention', 'thread']),
    )
  })

  test('for people names every operation too, and is a page', async () => {
    const clinic = await clinicPortal()
    const { text, headers } = await apiCall(clinic, 'GET', '/api/docs')
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    for (const { method, path } of operations(ORIGIN)) expect(text).toContain(`<code>${method} ${path}</code>`)
  })

  test('problems have names that do not change', () => {
    expect(PROBLEM_CODES).toEqual(
      expect.arrayContaining(['invalid', 'malformed', 'not_found', 'undecipherable', 'idempotency_key_reused']),
    )
  })
})
