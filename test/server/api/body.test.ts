import { expect, test } from 'vitest'
import { clientsJson } from '../../../server/api/body.ts'
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

const from = (client: string, stream: ReadableStream<Uint8Array>): Pick<Call, 'request' | 'client'> => ({
  request: new Request('http://localhost/api/v1/deposits', {
    method: 'POST',
    body: stream,
    duplex: 'half',
    headers: { 'content-type': 'application/json' },
  } as RequestInit),
  client: async () => ({ client: { id: client } }) as Awaited<ReturnType<Call['client']>>,
})

test('one client has four of the largest bodies under way; one more is refused, and taken again when they have ended', async () => {
  const bodies = Array.from({ length: 4 }, () => body(39))
  const under = bodies.map(({ stream }) => clientsJson(from('cli_1', stream)))
  await Promise.all(bodies.map(({ isSent }) => isSent))
  const fifth = body(39)
  await expect(clientsJson(from('cli_1', fifth.stream))).rejects.toMatchObject({
    code: 'too_many_requests',
    retryAfterSeconds: 5,
  })

  const others = body(39)
  others.end()
  expect((await clientsJson(from('cli_2', others.stream))).json, 'another client is not held up').toBe(1)

  for (const { end } of bodies) end()
  expect((await Promise.all(under)).map(({ json }) => json)).toEqual([1, 1, 1, 1])
  const later = body(39)
  later.end()
  expect((await clientsJson(from('cli_1', later.stream))).json).toBe(1)
})
