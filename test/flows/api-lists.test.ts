import { describe, expect, test } from 'vitest'
import { BATCH_ANSWER, DEPOSIT_LIST } from '../../server/api/shapes.ts'
import { minutes } from '../../server/time.ts'
import { apiClient, DEPOSITS, depositJson, expectProblem, laboratory } from '../support/api.ts'
import { clinicIn } from '../support/clinic.ts'
import { testPortal } from '../support/portal.ts'

describe('lists', () => {
  test('come newest first, in pages, and by reference', async () => {
    const { clinic, lab } = await laboratory()
    for (let i = 0; i < 5; i++) {
      await lab.deposits(depositJson({ reference: `R-${i % 2}` }))
      clinic.clock.advance(minutes(1))
    }
    const seen: string[] = []
    let path: string | null = `${DEPOSITS}?limit=2`
    while (path !== null) {
      const { deposits, next } = DEPOSIT_LIST.parse((await lab.call('GET', path)).json)
      seen.push(...deposits.map(deposit => deposit.createdAt))
      path = next === null ? null : `${DEPOSITS}?limit=2&after=${next}`
    }
    expect(seen).toHaveLength(5)
    expect(seen).toEqual([...seen].sort().reverse())
    expect(DEPOSIT_LIST.parse((await lab.call('GET', `${DEPOSITS}?reference=R-1`)).json).deposits).toHaveLength(2)
  })

  test.each(['limit=0', 'limit=101', 'limit=x', 'limit=1&limit=2', 'after=%27', 'refrence=x'])('?%s is refused', async query => {
    const { lab } = await laboratory()
    expectProblem(await lab.call('GET', `${DEPOSITS}?${query}`), 422, 'invalid')
  })
})

describe('replies', () => {
  test('are listed oldest first, read, and their files fetched', async () => {
    const { lab, ada } = await laboratory()
    await lab.deposits(depositJson())
    await ada.opens('Result')
    const file = { name: 'Größe (1).txt', type: 'text/plain', bytes: Buffer.from('38.5') }
    const { id } = await ada.replies('Result', 'Thank you.', [file])
    const list = await lab.call('GET', '/api/v1/replies')
    expect(list.json).toMatchObject({ replies: [{ id, from: 'Ada Lopez', isNew: true, attachmentCount: 1 }], next: null })
    expect((await lab.call('HEAD', `/api/v1/replies/${id}`)).status).toBe(405)
    const reply = await lab.call('GET', `/api/v1/replies/${id}`)
    expect(reply.json).toMatchObject({
      text: 'Thank you.',
      fromAddress: 'ada@example.com',
      attachments: [{ name: 'Größe (1).txt', size: 4 }],
    })
    const attachment = (reply.json.attachments as { id: string }[])[0]!.id
    const bytes = await lab.call('GET', `/api/v1/replies/${id}/attachments/${attachment}`)
    expect(bytes.text).toBe('38.5')
    expect(bytes.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%281%29.txt")
    expect((await lab.call('GET', '/api/v1/replies')).json).toMatchObject({ replies: [{ isNew: false }] })
    const other = await apiClient(await clinicIn(await testPortal()))
    expectProblem(await other.call('GET', `/api/v1/replies/${id}`), 404, 'not_found')
  })
})

describe('a batch', () => {
  test('keeps what is right, refuses what is not, in order, and nothing twice', async () => {
    const { clinic, lab } = await laboratory()
    const deposits = [
      depositJson({ reference: 'A' }),
      { nonsense: true },
      depositJson({ reference: 'B', expiresAt: '2020-01-01T00:00:00Z' }),
      depositJson({ reference: 'C' }),
    ]
    const send = () => lab.call('POST', `${DEPOSITS}/batch`, { body: { deposits }, headers: { 'idempotency-key': 'batch-1' } })
    const first = await send()
    expect(first.status).toBe(200)
    const { results } = BATCH_ANSWER.parse(first.json)
    expect(results.map(result => ('reference' in result ? result.reference : result.type))).toEqual([
      'A',
      'urn:restante:problem:invalid',
      'urn:restante:problem:invalid',
      'C',
    ])
    expect((await send()).text).toBe(first.text)
    await clinic.deliver()
    expect((await lab.call('GET', DEPOSITS)).json.deposits).toHaveLength(2)
    expectProblem(await lab.call('POST', `${DEPOSITS}/batch`, { body: { deposits } }), 400, 'idempotency_key_missing')
    expectProblem(
      await lab.call('POST', `${DEPOSITS}/batch`, { body: { deposits: [] }, headers: { 'idempotency-key': 'x' } }),
      422,
      'invalid',
    )
  })
})
