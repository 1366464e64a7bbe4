import { expect, test } from 'vitest'
import { clientsBody, clientsJson } from '../../../server/api/body.ts'
import type { Call } from '../../../server/api/operation.ts'

const MEGABYTE = new Uint8Array(1_000_000).fill(0x20)

/** A body of so many megabytes of white space; it ends when it is told to. */
function body(megabytes: number) {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const { promise: isSent, resolve: allSent } = Promise.withResolvers<void>()
  let sent = 0
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent < megabytes) {
        sent++
        return controller.enqueue(MEGABYTE)
      }
      allSent()
      await ended
      controller.enqueue(new TextEncoder().encode('1'))
      controller.close()
    },
  })
  return { stream, isSent, end }
}

const from = (client: string, stream: ReadableStream<Uint8Array>): Asked => ({
  request: new Request('http://localhost/api/v1/deposits', {
    method: 'POST',
    body: stream,
    duplex: 'half',
    headers: { 'content-type': 'application/json' },
  } as RequestInit),
  client: async () => ({ client: { id: client } }) as Awaited<ReturnType<Call['client']>>,
})

type Asked = Pick<Call, 'request' | 'client'>

async function megabytesOf(call: Asked): Promise<number> {
  const { body } = await clientsBody(call, async pieces => pieces.reduce((sum, { length }) => sum + length, 0))
  return Math.floor(body / MEGABYTE.length)
}

test('a request that is no deposit is words alone: more than 256 kB of it are refused', async () => {
  const words = (length: number) => new Response(JSON.stringify('x'.repeat(length - 2))).body!
  expect((await clientsJson(from('cli_3', words(256_000)))).body).toHaveLength(255_998)
  await expect(clientsJson(from('cli_3', words(256_001)))).rejects.toMatchObject({ code: 'too_large' })
})

test('one client has four of the largest bodies under way; one more is refused, and taken again when they have ended', async () => {
  const bodies = Array.from({ length: 4 }, () => body(39))
  const under = bodies.map(({ stream }) => megabytesOf(from('cli_1', stream)))
  await Promise.all(bodies.map(({ isSent }) => isSent))
  const fifth = body(39)
  await expect(megabytesOf(from('cli_1', fifth.stream))).rejects.toMatchObject({
    code: 'too_many_requests',
    retryAfterSeconds: 5,
  })

  const others = body(39)
  others.end()
  expect(await megabytesOf(from('cli_2', others.stream)), 'another client is not held up').toBe(39)

  for (const { end } of bodies) end()
  expect(await Promise.all(under)).toEqual([39, 39, 39, 39])
  const later = body(39)
  later.end()
  expect(await megabytesOf(from('cli_1', later.stream))).toBe(39)
})
