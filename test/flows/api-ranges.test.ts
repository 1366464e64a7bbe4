import { describe, expect, test } from 'vitest'
import { rangeAsked, rangeWithin } from '../../server/byte-range.ts'
import { type ApiAnswer, depositJson, expectProblem, laboratory } from '../support/api.ts'

/** A reply with one file, and a way to ask for it. */
async function replyWithFile() {
  const { clinic, lab, ada } = await laboratory()
  await lab.deposits(depositJson())
  await clinic.deliver()
  await ada.opens('Result')
  const bytes = Buffer.alloc(200_000, 'Line after line of what Ada wrote down. ')
  await ada.replies('Result', 'Here it is.', [{ name: 'diary.txt', type: 'text/plain', bytes }])
  const { replies } = (await lab.call('GET', '/api/v1/replies')).json as { replies: { id: string }[] }
  const path = `/api/v1/replies/${replies[0]!.id}`
  const { attachments } = (await lab.call('GET', path)).json as { attachments: { id: string }[] }
  const id = attachments[0]!.id
  const ask = (headers: Record<string, string> = {}, method = 'GET') => lab.call(method, `${path}/attachments/${id}`, { headers })
  const fetches = async () => {
    const action = 'attachment.fetched'
    const entries = await clinic.parts.store.read(tx => tx.trail.list(clinic.organization.id, { action }, { limit: 100 }))
    return entries.length
  }
  return { clinic, bytes, id, ask, fetches }
}

const said = ({ status, headers }: ApiAnswer) => [status, headers.get('content-range'), headers.get('content-length')]

describe('a part of a file', () => {
  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=65535-65536', 65_535, 65_537],
    ['bytes=199999-', 199_999, 200_000],
    ['bytes=-10', 199_990, 200_000],
    ['bytes=100-999999999', 100, 200_000],
    ['bytes=-999999999', 0, 200_000],
  ])('asked for as %s is answered with 206 and these bytes alone', async (range, from, to) => {
    const { bytes, ask } = await replyWithFile()
    const answer = await ask({ range })
    expect(said(answer)).toEqual([206, `bytes ${from}-${to - 1}/200000`, String(to - from)])
    expect(answer.text).toBe(bytes.toString('utf8', from, to))
  })

  test('that begins after the end is refused, with the size', async () => {
    const { ask } = await replyWithFile()
    for (const range of ['bytes=200000-', 'bytes=-0']) {
      const answer = await ask({ range })
      expectProblem(answer, 416, 'range_not_satisfiable')
      expect(answer.headers.get('content-range')).toBe('bytes */200000')
    }
  })

  test('that is not there leaves nothing behind that waits to be read', async () => {
    const { clinic, ask } = await replyWithFile()
    const { fetchReplyAttachment } = clinic.portal
    let isRead = false
    clinic.portal.fetchReplyAttachment = async (...given) => {
      const { content, ...file } = await fetchReplyAttachment(...given)
      const watched = async function* () {
        yield* content
        isRead = true
      }
      return { ...file, content: watched() }
    }
    await ask({ range: 'bytes=200000-' })
    expect(isRead).toBe(true)
  })

  test.each(['bytes=5-2', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=-', 'bytes=a-b', 'bytes=1e3-'])(
    'asked for as %s is nothing we understand: all of it is sent',
    async range => {
      const { bytes, ask } = await replyWithFile()
      const answer = await ask({ range })
      expect(said(answer)).toEqual([200, null, '200000'])
      expect(answer.text).toBe(bytes.toString())
    },
  )

  test('goes on with what was begun, and with nothing else', async () => {
    const { id, ask } = await replyWithFile()
    const whole = await ask()
    const tag = whole.headers.get('etag')!
    expect(tag).toBe(`"${id}"`)
    expect(whole.headers.get('accept-ranges')).toBe('bytes')
    expect((await ask({ range: 'bytes=10-', 'if-range': tag })).status).toBe(206)
    for (const other of ['"att_other"', `W/${tag}`, 'Wed, 21 Oct 2026 07:28:00 GMT'])
      expect((await ask({ range: 'bytes=10-', 'if-range': other })).status).toBe(200)
  })

  test('leaves as a download that no browser shows, like all of it', async () => {
    const { ask } = await replyWithFile()
    const answer = await ask({ range: 'bytes=10-' })
    expect(answer.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''diary.txt")
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('is told to the trail each time, and neither HEAD nor a part that is not there is', async () => {
    const { ask, fetches } = await replyWithFile()
    await ask({ range: 'bytes=0-9' })
    await ask({ range: 'bytes=10-19' })
    expect(await fetches()).toBe(2)
    expect((await ask({}, 'HEAD')).status).toBe(405)
    await ask({ range: 'bytes=200000-' })
    expect(await fetches()).toBe(2)
  })
})

test('a range is read by the letter', () => {
  expect(rangeAsked('bytes=0-9')).toEqual({ from: 0, to: 10 })
  expect(rangeAsked('BYTES= 5-')).toEqual({ from: 5, to: null })
  expect(rangeAsked('bytes=-5')).toEqual({ last: 5 })
  for (const none of [null, '', 'bytes', 'bytes=', 'bytes=1-2-3', `bytes=${'9'.repeat(16)}-`]) expect(rangeAsked(none)).toBeNull()
  expect(rangeWithin({ from: 0, to: null }, 0)).toBeNull()
  expect(rangeWithin({ last: 5 }, 3)).toEqual({ from: 0, to: 3 })
})
