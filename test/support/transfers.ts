import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { formTokenFor } from '../../server/web/cookies.ts'
import { depositPart, MIB } from './files.ts'

/** A file that is made while it is sent, so that whoever sends it holds nothing of it either. */
export interface MadeFile {
  size: number
  sha256: string
  content(): AsyncGenerator<Uint8Array>
}

const BLOCK = randomBytes(64 * 1024)

/** As long as those that programs make: the search for it goes on by its length, so a short one would make forms look slow. */
const BOUNDARY = `${'-'.repeat(26)}${randomBytes(16).toString('hex')}`

/** So many megabytes that nothing can compress, each block of them another. */
export function madeFile(megabytes: number): MadeFile {
  const size = megabytes * MIB
  const blocks = function* () {
    for (let number = 0; number < size / BLOCK.length; number++) {
      const block = Buffer.from(BLOCK)
      block.writeUInt32BE(number)
      yield block
    }
  }
  const hash = createHash('sha256')
  for (const block of blocks()) hash.update(block)
  return {
    size,
    sha256: hash.digest('hex'),
    async *content() {
      yield* blocks()
    },
  }
}

export interface Uploaded {
  status: number
  json: { messages?: { id: string }[]; type?: string }
}

/** Deposits one made file over a real connection. @param stopAfter - bytes, after which the sender is gone. */
export async function uploads(
  origin: string,
  apiKey: string,
  file: Pick<MadeFile, 'content'>,
  { stopAfter = Number.POSITIVE_INFINITY, path = '/api/v1/deposits' } = {},
): Promise<Uploaded> {
  const deposit = { recipients: [{ email: 'ada@example.com', name: 'Ada Lopez' }], message: { subject: 'Scan', text: 'Here.' } }
  const asked = request(origin + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'idempotency-key': randomUUID(),
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    },
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => asked.on('response', resolve).on('error', reject))
  const body = async function* () {
    yield Buffer.from(
      `--${BOUNDARY}\r\n${depositPart(deposit)}\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="scan.bin"\r\n\r\n`,
    )
    let sent = 0
    for await (const piece of file.content()) {
      yield piece
      sent += piece.length
      if (sent >= stopAfter) throw new Error('The sender is gone.')
    }
    yield Buffer.from(`\r\n--${BOUNDARY}--\r\n`)
  }
  const sending = pipeline(Readable.from(body(), { objectMode: false }), asked)
  // An answer may come before all of it was sent.
  const response = await Promise.race([answered, sending.then(() => answered)])
  const text = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>)).toString('utf8')
  await sending.catch(() => undefined)
  return { status: response.statusCode ?? 0, json: text.startsWith('{') ? JSON.parse(text) : {} }
}

/** What a browser does that holds this session: sends a form of a page. */
function posts(origin: string, path: string, cookie: string): Promise<IncomingMessage> {
  const token = formTokenFor(cookie.slice(cookie.indexOf('=') + 1))
  const body = `form_token=${encodeURIComponent(token)}`
  const headers = { cookie, origin, 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) }
  return new Promise((resolve, reject) => {
    request(origin + path, { method: 'POST', headers }, resolve)
      .on('error', reject)
      .end(body)
  })
}

/** Opens a message and says where its first file is. */
export async function opensFileOf(origin: string, cookie: string, message: string): Promise<string> {
  ;(await posts(origin, `/messages/${message}/open`, cookie)).resume()
  const page = await (await fetch(`${origin}/messages/${message}`, { headers: { cookie } })).text()
  const path = /\/messages\/\w+\/attachments\/\w+/.exec(page)?.[0]
  if (path === undefined) throw new Error(`The page shows no file:\n${page.slice(0, 2_000)}`)
  return path
}

/** Fetches a file and throws it away. @param stopAfter - bytes, after which the reader is gone. */
export async function downloads(origin: string, cookie: string, path: string, stopAfter = Number.POSITIVE_INFINITY) {
  const response = await posts(origin, path, cookie)
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    hash.update(piece)
    bytes += piece.length
    if (bytes >= stopAfter) break // leaving the loop closes the connection
  }
  return { status: response.statusCode ?? 0, bytes, sha256: hash.digest('hex') }
}

/** How much more memory a process held at the most while something was done than before it (Linux); in megabytes. */
export async function memoryFor<T>(pid: number, work: () => Promise<T>): Promise<{ more: number; done: T }> {
  const before = megabytes(pid, 'VmRSS')
  writeFileSync(`/proc/${pid}/clear_refs`, '5') // the peak is counted anew
  const done = await work()
  return { more: megabytes(pid, 'VmHWM') - before, done }
}

const megabytes = (pid: number, line: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`^${line}:\\s*(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_000

/** Milliseconds of processor that a process has used so far, in all its threads (Linux). */
export function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
