import { CompactEncrypt, importJWK, type JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { DEPOSIT_ANSWER, JWKS_ANSWER, RETRACTION_ANSWER } from '../../server/api/shapes.ts'
import { ensureDepositKeys } from '../../server/deposit-keys.ts'
import { days } from '../../server/time.ts'
import { apiCall, DEPOSITS, depositJson, expectProblem, laboratory } from '../support/api.ts'
import { clinicPortal } from '../support/people.ts'

describe('a deposit over the API', () => {
  test('is answered with 201, where it is, and how it stands; and then read, extended, taken back', async () => {
    const { clinic, lab, ada } = await laboratory()
    const made = await lab.deposits(depositJson())
    expect(made.status).toBe(201)
    const deposit = DEPOSIT_ANSWER.parse(made.json)
    expect(made.headers.get('location')).toBe(`${DEPOSITS}/${deposit.id}`)
    expect(made.headers.get('cache-control')).toBe('no-store')
    expect(deposit).toMatchObject({
      reference: 'LAB-2026-001',
      messages: [{ recipient: 'ada@example.com', state: 'waiting', receipts: [] }],
    })

    await clinic.deliver()
    await ada.opens('Result')
    const shown = await lab.call('GET', made.headers.get('location')!)
    expect(shown.status).toBe(200)
    const [message] = DEPOSIT_ANSWER.parse(shown.json).messages
    expect(message).toMatchObject({ state: 'opened' })
    expect(message!.receipts.map(receipt => receipt.stage)).toEqual(expect.arrayContaining(['noticed', 'opened']))

    const expiresAt = '2026-02-15T12:00:00-05:00'
    const extended = await lab.call('PATCH', `${DEPOSITS}/${deposit.id}`, { body: { expiresAt } })
    expect(DEPOSIT_ANSWER.parse(extended.json).messages[0]!.expiresAt).toBe('2026-02-15T17:00:00.000Z')

    const retracted = await lab.call('POST', `${DEPOSITS}/${deposit.id}/retraction`, { body: { reason: 'wrong_recipient' } })
    expect(RETRACTION_ANSWER.parse(retracted.json).messages).toMatchObject([{ state: 'retracted', wasOpened: true }])
    expect((await ada.sees())[0]).toMatchObject({ state: 'retracted', subject: null })
  })

  test('is answered once it would survive anything: another process finds it', async () => {
    const { clinic, lab } = await laboratory()
    const { json } = await lab.deposits(depositJson())
    await clinic.restart()
    expect((await lab.call('GET', `${DEPOSITS}/${json.id}`)).status).toBe(200)
  })

  test('sent again with its key answers the same text, and says so', async () => {
    const { lab } = await laboratory()
    const headers = { 'idempotency-key': 'lab-1' }
    const first = await lab.deposits(depositJson(), headers)
    const again = await lab.deposits(depositJson(), headers)
    expect(again).toMatchObject({ status: 201, text: first.text })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expectProblem(await lab.deposits(depositJson({ reference: 'OTHER' }), headers), 422, 'idempotency_key_reused')
    expectProblem(await lab.call('POST', DEPOSITS, { body: depositJson() }), 400, 'idempotency_key_missing')
  })

  test('is refused for what it is, whatever stands where a name should', async () => {
    const { clinic, lab } = await laboratory()
    const header = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', cty: 'vnd.restante.message+json', kid: '\0' }
    const epk = { kty: 'OKP', crv: 'X25519', x: Buffer.alloc(32, 9).toString('base64url') }
    const content = [JSON.stringify({ ...header, epk }), Buffer.alloc(40), Buffer.alloc(12), 'x', Buffer.alloc(16)]
      .map(part => Buffer.from(part).toString('base64url'))
      .join('.')
    expectProblem(await lab.deposits(depositJson({ message: undefined, content })), 422, 'undecipherable')
    expectProblem(await lab.deposits(depositJson({ thread: 'thr_\0' })), 422, 'invalid')
    const authorization = `Basic ${Buffer.from('cli_%00:secret').toString('base64')}`
    expectProblem(await apiCall(clinic, 'GET', DEPOSITS, { headers: { authorization } }), 401, 'unauthorized')
    expect(clinic.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('a hundred times at once with one key makes one message', async () => {
    const { clinic, lab } = await laboratory()
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => lab.deposits(depositJson(), { 'idempotency-key': 'once' })),
    )
    const made = answers.filter(answer => answer.status === 201)
    expect(new Set(made.map(answer => answer.text)).size).toBe(1)
    for (const other of answers.filter(answer => answer.status !== 201)) {
      expectProblem(other, 409, 'idempotency_running')
      expect(other.headers.get('retry-after')).toBe('1')
    }
    await clinic.deliver()
    expect(clinic.mailbox.mails).toHaveLength(1)
  })

  test('sealed to a published key arrives as what it was', async () => {
    const { clinic, lab, ada } = await laboratory()
    expect(await ensureDepositKeys(clinic.parts)).toBe(2)
    const { json } = await apiCall(clinic, 'GET', '/.well-known/jwks.json')
    for (const [i, jwk] of JWKS_ANSWER.parse(json).keys.entries()) {
      const message = {
        subject: `Sealed ${i}`,
        text: 'Everything is fine.',
        attachments: [{ name: 'a.txt', type: 'text/plain', data: 'aGk=' }],
      }
      const answer = await lab.deposits(depositJson({ message: undefined, content: await seal(jwk, message) }))
      expect(answer.status).toBe(201)
      expect((await ada.opens(`Sealed ${i}`)).body.attachments).toMatchObject([{ name: 'a.txt', type: 'text/plain', size: 2 }])
    }
  })

  test('that cannot be opened has one answer; one that opens to nonsense is told what is wrong with it', async () => {
    const { clinic, lab } = await laboratory()
    await ensureDepositKeys(clinic.parts)
    const { json } = await apiCall(clinic, 'GET', '/.well-known/jwks.json')
    const jwk = JWKS_ANSWER.parse(json).keys[0]!
    const good = await seal(jwk, { subject: 'Result', text: 'Fine.' })
    const bad = [good.slice(0, -2), `${good}A`, good.replace('.', '..'), 'x', '', await seal({ ...jwk, kid: 'other' }, {})]
    const answers = await Promise.all(bad.map(content => lab.deposits(depositJson({ message: undefined, content }))))
    expect(new Set(answers.map(answer => `${answer.status} ${answer.text}`)).size).toBe(1)
    expectProblem(answers[0]!, 422, 'undecipherable')

    const nonsense = await lab.deposits(
      depositJson({ message: undefined, content: await seal(jwk, { subject: 'a\nb', text: 'x' }) }),
    )
    expectProblem(nonsense, 422, 'invalid')
    expect(nonsense.json.errors).toEqual([{ pointer: '/content/subject', detail: expect.any(String) }])
    const unknown = await lab.deposits(
      depositJson({ message: undefined, content: await seal(jwk, { subject: 'a', text: 'x', sender: 1 }) }),
    )
    expect(unknown.json.errors).toMatchObject([{ pointer: '/content/sender' }])
    clinic.clock.advance(days(91))
    const late = await lab.deposits(depositJson({ message: undefined, content: good }))
    expect(late.text).toBe(answers[0]!.text)
  })
})

const seal = async (jwk: Record<string, unknown>, message: unknown): Promise<string> =>
  new CompactEncrypt(Buffer.from(JSON.stringify(message)))
    .setProtectedHeader({
      alg: 'ECDH-ES+A256KW',
      enc: 'A256GCM',
      kid: String(jwk.kid),
      cty: 'application/vnd.restante.message+json',
    })
    .encrypt(await importJWK(jwk as JWK, 'ECDH-ES+A256KW'))

describe('keys', () => {
  test('are renewed a month before they end, and are published for as long as they are taken', async () => {
    const clinic = await clinicPortal()
    const kids = async () =>
      ((await apiCall(clinic, 'GET', '/.well-known/jwks.json')).json.keys as { kid: string }[]).map(key => key.kid)
    await ensureDepositKeys(clinic.parts)
    const first = await kids()
    expect(first).toHaveLength(2)
    clinic.clock.advance(days(59))
    expect(await ensureDepositKeys(clinic.parts)).toBe(0)
    clinic.clock.advance(days(2))
    expect(await ensureDepositKeys(clinic.parts)).toBe(2)
    expect(await kids()).toEqual(expect.arrayContaining(first))
    clinic.clock.advance(days(30))
    expect(await kids()).not.toEqual(expect.arrayContaining(first))
  })

  test('are made once, however many processes find them missing at the same moment', async () => {
    const clinic = await clinicPortal()
    // Whoever comes last may have looked at its clock first.
    const late = [0, 3, 2, 1].map(milliseconds => ({ ...clinic.parts, clock: () => clinic.clock.read() - milliseconds }))
    const made = await Promise.all(late.map(ensureDepositKeys))
    expect(made.reduce((sum, keys) => sum + keys)).toBe(2)
    expect(await clinic.portal.depositKeys()).toHaveLength(2)
  })

  test('are public, and may be kept for an hour', async () => {
    const clinic = await clinicPortal()
    await ensureDepositKeys(clinic.parts)
    const answer = await apiCall(clinic, 'GET', '/.well-known/jwks.json')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=3600')
    expect(answer.headers.get('content-type')).toBe('application/jwk-set+json')
    expect(answer.text).not.toContain('"d"')
    for (const key of answer.json.keys as Record<string, unknown>[])
      expect(key).toMatchObject({ use: 'enc', alg: 'ECDH-ES+A256KW' })
  })
})
