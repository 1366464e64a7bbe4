import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { formParts } from '../../../server/api/form-parts.ts'
import { MIB } from '../../support/files.ts'

const BOUNDARY = 'a-boundary-as-long-as-programs-make-them'
const LIMITS = { fieldBytes: 1_000, fields: 2, files: 5 }

const formOf = (files: Uint8Array[]): Buffer =>
  Buffer.concat([
    ...files.flatMap(file => [
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n`),
      file,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ])

/** A request whose body comes in pieces of this size, each with memory of its own, as from a connection. */
function asked(form: Buffer, size: number) {
  const sent: Buffer[] = []
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const from = sent.length * size
        if (from >= form.length) return controller.close()
        const piece = Buffer.allocUnsafeSlow(Math.min(size, form.length - from))
        form.copy(piece, 0, from)
        sent.push(piece)
        controller.enqueue(piece)
      },
    },
    { highWaterMark: 0 },
  )
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
  const request = new Request('https://portal.example/', { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
  return { request, sent }
}

async function filesOf(request: Request): Promise<Buffer[]> {
  const files: Buffer[] = []
  for await (const { content } of formParts(request, LIMITS)) files.push(Buffer.concat(await Array.fromAsync(content)))
  return files
}

test.each([1_000, 65_536, 300_007])('files come out as they were sent, in pieces of %i bytes', async size => {
  const files = [randomBytes(MIB), Buffer.alloc(0), randomBytes(64 * 1024), randomBytes(1), randomBytes(320 * 1024)]
  const found = await filesOf(asked(formOf(files), size).request)
  expect(found.map((file, i) => file.equals(files[i]!))).toEqual(files.map(() => true))
})

test('what comes faster than it is read waits with its sender', async () => {
  const { request, sent } = asked(formOf([randomBytes(8 * MIB)]), 65_536)
  for await (const { content } of formParts(request, LIMITS)) {
    await content[Symbol.asyncIterator]().next()
    await new Promise(resolve => setImmediate(resolve))
    expect(sent.length * 65_536).toBeLessThan(MIB + 65_536)
  }
})

test('a file that is left in the middle holds up nobody', async () => {
  const last = randomBytes(10)
  const found: Uint8Array[] = []
  for await (const { content } of formParts(asked(formOf([randomBytes(4 * MIB), last]), 65_536).request, LIMITS)) {
    for await (const block of content) {
      found.push(block)
      break
    }
  }
  expect(found.length).toBe(2)
  expect(last.equals(found[1]!)).toBe(true)
})

test('the bytes of the body are let go of as they come, instead of being left to the collector', async () => {
  const { request, sent } = asked(formOf([randomBytes(4 * MIB)]), 65_536)
  await filesOf(request)
  expect(sent.filter(piece => piece.length > 0).length).toBeLessThanOrEqual(2) // the first waits with the parser, the last is short
})

test('a form that breaks off inside a file is refused to whoever reads the file, and as a whole', async () => {
  const form = formOf([randomBytes(MIB)])
  const { request } = asked(form.subarray(0, form.length - 200_000), 65_536)
  const refused = { code: 'malformed' }
  const parts = formParts(request, LIMITS)
  const { value } = await parts.next()
  await expect(Array.fromAsync(value!.content)).rejects.toMatchObject(refused)
  await expect(parts.next()).rejects.toMatchObject(refused)
})
