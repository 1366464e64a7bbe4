import { setTimeout as pause } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { PortalError } from '../../../server/errors.ts'
import type { Log } from '../../../server/parts.ts'
import type { Portal } from '../../../server/portal.ts'
import { answerCalls, portalOver } from '../../../server/wire/calls.ts'

const opened: { close(): void }[] = []
afterEach(() => {
  for (const port of opened.splice(0)) port.close()
})

type UseCases = Record<string, (...given: never[]) => Promise<unknown>>
interface Line {
  event: string
  error?: unknown
  facts?: unknown
}

/** These use cases behind a real port: what is given and answered is cloned and moved as between two threads. */
function overWire<T extends UseCases>(useCases: T): T & { log: { far: Line[]; near: Line[] }; close(): void } {
  const { port1: near, port2: far } = new MessageChannel()
  opened.push(near, far)
  const log = { far: [] as Line[], near: [] as Line[] }
  const names = answerCalls(far, useCases as unknown as Portal, logInto(log.far))
  const portal = portalOver(near, names, logInto(log.near)) as unknown as T
  return { ...portal, log, close: () => near.close() }
}

function logInto(lines: Line[]): Log {
  const keep = (event: string, facts?: unknown) => void lines.push({ event, facts })
  return { debug: keep, info: keep, warn: keep, error: (event, error, facts) => void lines.push({ event, error, facts }) }
}

/** So many chunks, each filled with its number; says how far it was read and whether it was let go. */
function chunks(count: number) {
  const seen = { read: 0, ended: false }
  const content = (async function* () {
    try {
      for (; seen.read < count; seen.read++) yield new Uint8Array(1_000).fill(seen.read)
    } finally {
      seen.ended = true
    }
  })()
  return { seen, content }
}

const settled = () => pause(20)

test('plain data comes back as it is, whatever kinds there are', async () => {
  const data = {
    ...{ text: 'é\u2028', number: 1.5, nothing: null, absent: undefined, is: true, list: [1, [2, { three: 3 }]], empty: {} },
    ...{ date: new Date(5), bytes: new Uint8Array([1, 2, 3]), map: new Map([['a', 1]]) },
  }
  const { echo } = overWire({ echo: async (one: unknown, two: unknown) => [one, two] })
  expect(await echo(data as never, undefined as never)).toEqual([data, undefined])
})

test('what a visitor sent can look like anything and stays what it is', async () => {
  const hostile = { streams: [{ at: [], stream: 1 }], kind: 'answer', call: 1, parcel: { value: null, streams: [] }, catch: 'x' }
  const { echo } = overWire({ echo: async (one: unknown) => ({ one }) })
  expect(await echo(hostile as never)).toEqual({ one: hostile })
})

test('a few bytes do not carry along the memory they lie in', async () => {
  const pool = new Uint8Array(8_192).fill(7)
  const { echo } = overWire({ echo: async (bytes: Uint8Array) => ({ bytes, buffer: bytes.buffer.byteLength }) })
  expect(await echo(pool.subarray(100, 103) as never)).toEqual({ bytes: new Uint8Array([7, 7, 7]), buffer: 3 })
  expect(pool.byteLength).toBe(8_192)
})

test('large bytes move instead of being copied', async () => {
  const large = new Uint8Array(100_000).fill(1)
  const { sum } = overWire({ sum: async ({ files }: { files: Uint8Array[] }) => files.map(file => file.byteLength) })
  expect(await sum({ files: [large, large] } as never)).toEqual([100_000, 100_000])
  expect(large.byteLength).toBe(0)
})

test('a refusal keeps its code, its sentence and everything that goes with it', async () => {
  const more = { fields: [{ field: '/name', problem: 'Give a name.' }], retryAfterSeconds: 7 }
  const { refuse, log } = overWire({
    async refuse() {
      throw Object.assign(new PortalError('invalid', 'Some fields are not right.', more), { cause: new Error('inside') })
    },
  })
  const error = await refuse().catch((error: unknown) => error)
  expect(error).toBeInstanceOf(PortalError)
  expect(error).toMatchObject({ code: 'invalid', message: 'Some fields are not right.', ...more })
  expect((error as Error).cause).toBeUndefined()
  expect(log).toEqual({ far: [], near: [] })
})

test('an error that nobody meant says here only where the log there tells of it', async () => {
  const meant = new TypeError('Unexpected token in "Dear Ada, your result"')
  const { fail, log } = overWire({
    async fail() {
      throw meant
    },
  })
  const error = (await fail().catch((error: unknown) => error)) as Error & { code: string }
  expect(`${error.message} ${error.stack}`).not.toContain('Ada')
  expect(log.far).toEqual([{ event: 'portal.failed', error: meant, facts: { failure: error.code } }])
})

test('what is no plain data is refused at once, and nothing waits for it', async () => {
  const { echo } = overWire({ echo: async (one: unknown) => one })
  await expect(echo({ call: () => undefined } as never)).rejects.toThrow(/could not be cloned/)
  expect(await echo('and on' as never)).toBe('and on')
})

test('calls are answered as they end, each to who asked', async () => {
  const { after } = overWire({ after: async (time: number) => pause(time, time) })
  const order: number[] = []
  await Promise.all([30, 1, 15].map(async time => order.push((await after(time as never)) as number)))
  expect(order).toEqual([1, 15, 30])
})

test('who waits when the port closes is told that the portal is closing', async () => {
  const { never, close } = overWire({ never: () => new Promise<void>(() => undefined) })
  const waiting = never().catch((error: unknown) => error)
  close()
  expect(await waiting).toMatchObject({ code: 'unavailable' })
})

test('a download arrives whole and in order, and not before it is asked for', async () => {
  const { seen, content } = chunks(50)
  const { download } = overWire({ download: async () => ({ name: 'scan.pdf', content }) })
  const { name, content: here } = (await download()) as { name: string; content: AsyncIterable<Uint8Array> }
  await settled()
  expect([name, seen.read]).toEqual(['scan.pdf', 0])
  const received = await Array.fromAsync(here)
  expect(received.map(chunk => [chunk.length, chunk[0]])).toEqual(Array.from({ length: 50 }, (_, i) => [1_000, i]))
  expect(seen.ended).toBe(true)
})

test('a download goes no further ahead than a slow reader lets it', async () => {
  const { seen, content } = chunks(1_000)
  const { download } = overWire({ download: async () => content })
  const reader = ((await download()) as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  for (let read = 1; read <= 10; read++) {
    await reader.next()
    await settled()
    expect(seen.read).toBeLessThanOrEqual(read + 4)
  }
  await reader.return?.()
})

test('a reader who leaves in the middle lets the source clean up, and one who never began costs it nothing', async () => {
  const [left, never] = [chunks(1_000), chunks(1_000)]
  const { download } = overWire({ download: async (which: 'left' | 'never') => (which === 'left' ? left : never).content })
  for await (const _ of (await download('left' as never)) as AsyncIterable<Uint8Array>) break
  await ((await download('never' as never)) as AsyncIterableIterator<Uint8Array>).return?.()
  await settled()
  expect(left.seen.ended).toBe(true)
  expect(left.seen.read).toBeLessThan(10)
  expect(await never.content.next()).toEqual({ done: true, value: undefined })
})

test('a reader who leaves while it waits for the next chunk is not kept waiting', async () => {
  const { download } = overWire({
    download: async () =>
      (async function* () {
        await new Promise(() => undefined)
        yield new Uint8Array(1)
      })(),
  })
  const reader = ((await download()) as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  const waiting = reader.next()
  await settled()
  await reader.return?.()
  expect(await waiting).toEqual({ done: true, value: undefined })
})

test('a download that breaks off says why, after what came before', async () => {
  const { download } = overWire({
    download: async () =>
      (async function* () {
        yield new Uint8Array([1])
        throw new PortalError('retracted', 'This message was taken back.')
      })(),
  })
  const received: number[] = []
  const reading = (async () => {
    for await (const chunk of (await download()) as AsyncIterable<Uint8Array>) received.push(chunk[0]!)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'retracted' })
  expect(received).toEqual([1])
})

test('an upload deep inside what is given is read there, no further ahead than it is taken', async () => {
  const { seen, content } = chunks(100)
  const { upload } = overWire({
    async upload(order: { files: { name: string; content: AsyncIterable<Uint8Array> }[] }) {
      const sizes: number[] = []
      for await (const chunk of order.files[0]!.content) {
        sizes.push(chunk.length)
        if (sizes.length === 5) await settled()
        if (sizes.length === 5) expect(seen.read).toBeLessThanOrEqual(5 + 5)
      }
      return [order.files[0]!.name, sizes.length]
    },
  })
  expect(await upload({ files: [{ name: 'scan.pdf', content }] } as never)).toEqual(['scan.pdf', 100])
  expect(seen.ended).toBe(true)
})

test('an upload that is refused in the middle, or before it was looked at, is let go', async () => {
  const [half, unread] = [chunks(1_000), chunks(1_000)]
  const tooLarge = () => new PortalError('too_large', 'Too large.')
  const { upload } = overWire({
    async upload(content: AsyncIterable<Uint8Array>, reads: boolean) {
      if (reads) for await (const _ of content) throw tooLarge()
      throw tooLarge()
    },
  })
  await expect(upload(half.content as never, true as never)).rejects.toMatchObject({ code: 'too_large' })
  await expect(upload(unread.content as never, false as never)).rejects.toMatchObject({ code: 'too_large' })
  await settled()
  expect(half.seen.ended).toBe(true)
  expect(await unread.content.next()).toEqual({ done: true, value: undefined })
})

test('an upload whose sender leaves fails there and here, and is told of once', async () => {
  const { upload, log } = overWire({
    upload: async (content: AsyncIterable<Uint8Array>) => (await Array.fromAsync(content)).length,
  })
  const broken = (async function* () {
    yield new Uint8Array([1])
    throw Object.assign(new Error('aborted'), { name: 'AbortError' })
  })()
  await expect(upload(broken as never)).rejects.toMatchObject({ name: 'PortalFailed' })
  expect(log.near.map(({ event }) => event)).toEqual(['upload.broke_off'])
  expect(log.far).toEqual([])
})
