import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { PortalError } from '../errors.ts'
import { letGo } from '../spent-bytes.ts'

/**
 * Node's request as a web-standard one.
 *
 * The address is the configured origin and the path alone: what Host or X-Forwarded-* say is never looked at, so a forged one
 * changes nothing.
 *
 * @param maxBodyBytes - a longer body breaks off with `too_large` while it streams, whatever Content-Length promised.
 */
export function toWebRequest(incoming: IncomingMessage, outgoing: ServerResponse, origin: string, maxBodyBytes: number): Request {
  const gone = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort()
  })
  const method = incoming.method ?? 'GET'
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(origin + pathOf(incoming.url), {
    method,
    headers: headersOf(incoming, new URL(origin).host),
    signal: gone.signal,
    ...(hasBody ? { body: capped(kept(incoming), incoming.headers['content-length'], maxBodyBytes), duplex: 'half' } : {}),
  })
}

/** The same request for somebody who may send less: a longer body breaks off with `too_large`. */
export function withBodyOfAtMost(request: Request, maxBodyBytes: number): Request {
  if (request.body === null) return request
  // HTTP ends a body where it was announced to end.
  const announced = request.headers.get('content-length')
  if (announced !== null && Number(announced) <= maxBodyBytes) return request
  // Not by what was announced: of a form that is too long, the words that come first are kept for whoever typed them.
  const body = capped(request.body, null, maxBodyBytes)
  return new Request(request, { body, duplex: 'half' } as RequestInit)
}

/**
 * A response whose body has begun: what it refuses at once, such as a file that is not there, is thrown while there is still an answer
 * to be given.
 */
export async function begun(response: Response): Promise<Response> {
  if (response.body === null) return response
  const reader = response.body.getReader()
  let first: ReadableStreamReadResult<Uint8Array> | null = await reader.read()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next: ReadableStreamReadResult<Uint8Array> = first ?? (await reader.read())
        first = null
        if (next.done) controller.close()
        else controller.enqueue(next.value)
      },
      cancel: reason => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return new Response(body, response)
}

/**
 * Sends a web-standard response, no faster than the visitor takes it.
 *
 * @param isGivenAway - whether nobody else looks into the bytes of the body: then they are let go of when they have been sent.
 * @param isWhole - whether all of the body is there already, and small.
 */
export async function sendWebResponse(
  response: Response,
  outgoing: ServerResponse,
  method: string,
  { isGivenAway = false, isWhole = false } = {},
): Promise<void> {
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) if (name !== 'set-cookie') outgoing.setHeader(name, value)
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies)
  if (method !== 'HEAD' && isText(response)) {
    outgoing.end(response.markup)
    return
  }
  if (method === 'HEAD' || response.body === null) {
    outgoing.end()
    await response.body?.cancel()
    return
  }
  if (isWhole) {
    // One piece, one write: taking a page through a stream costs more than sending it.
    const bytes = Buffer.from(await response.arrayBuffer())
    outgoing.setHeader('content-length', bytes.length)
    outgoing.end(bytes)
    return
  }
  await pipeline(isGivenAway ? letGoOf(response.body, outgoing) : response.body, outgoing)
}

/** Has its body beside it, as text: see app/whole-page.ts. */
const isText = (response: Response): response is Response & { markup: string } =>
  'markup' in response && typeof response.markup === 'string'

/** The next piece is asked for when the one before has left, but for the last and small ones. */
async function* letGoOf(body: AsyncIterable<Uint8Array>, outgoing: ServerResponse): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    yield piece
    if (outgoing.writableLength === 0) letGo(piece)
  }
}

/** The path and query as sent; absolute-form targets (`GET http://elsewhere/x`) lose their host. */
function pathOf(target: string | undefined): string {
  if (target?.startsWith('/')) return target
  if (!URL.canParse(target ?? '')) return '/'
  const { pathname, search } = new URL(target ?? '')
  return pathname + search
}

function headersOf(incoming: IncomingMessage, host: string): Headers {
  const headers = new Headers()
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    const name = incoming.rawHeaders[i] ?? ''
    if (!name.startsWith(':')) headers.append(name, incoming.rawHeaders[i + 1] ?? '')
  }
  // The framework compares Origin with these, and fails where a proxy has put a name of its own in their place.
  headers.set('host', host)
  headers.delete('x-forwarded-host')
  return headers
}

/** Breaking off in the middle must not close the connection: the answer that says why has yet to be sent over it. */
const kept = (incoming: IncomingMessage): AsyncIterable<Uint8Array> => incoming.iterator({ destroyOnReturn: false })

function capped(
  source: AsyncIterable<Uint8Array>,
  announced: string | null | undefined,
  maxBodyBytes: number,
): ReadableStream<Uint8Array> {
  const tooLarge = () => new PortalError('too_large', `A request may hold at most ${Math.floor(maxBodyBytes / 1_000_000)} MB.`)
  let received = 0
  const counted = async function* () {
    if (Number(announced ?? 0) > maxBodyBytes) throw tooLarge()
    for await (const chunk of source) {
      received += chunk.length
      if (received > maxBodyBytes) throw tooLarge()
      yield chunk
    }
  }
  const pieces = counted()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await pieces.next()
        if (next.done) controller.close()
        else controller.enqueue(next.value)
      },
      async cancel() {
        await pieces.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
