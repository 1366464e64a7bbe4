import type { AuthenticatedClient } from '../asking.ts'
import { PortalError } from '../errors.ts'
import { readJson } from '../intake/json.ts'
import type { Call } from './operation.ts'

/** 20 MB of attachments, in base64 inside a JWE, which is base64 once more; and room for the words. */
export const MAX_API_BODY_BYTES = 40_000_000

/** A body as it came, and as JSON. */
export interface JsonBody {
  bytes: Uint8Array
  json: unknown
}

/**
 * A client's request body as JSON, and the client. Strangers are refused before a byte is read; and who it is, is asked again once the
 * last byte has come: an upload takes its time, and credentials may be revoked meanwhile.
 *
 * @param mostValues - see {@link readJson}.
 * @throws PortalError `unauthorized`, `forbidden`, `unsupported_type`, `too_large`, `malformed`.
 */
export async function clientsJson(
  { request, client }: Pick<Call, 'request' | 'client'>,
  mostValues?: number,
): Promise<JsonBody & { sender: AuthenticatedClient }> {
  await client()
  requireType(request, 'application/json')
  const bytes = await bodyBytes(request, MAX_API_BODY_BYTES)
  const sender = await client()
  return { sender, bytes, json: readJson(bytes, mostValues) }
}

/** @throws PortalError `unsupported_type`, also for a body that is compressed: how much is in it shows only when it is too late. */
export function requireType(request: Request, type: string): void {
  const said = (request.headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (said !== type) throw new PortalError('unsupported_type', `Send the body as ${type}.`)
  requireUncompressed(request)
}

/** @throws PortalError `unsupported_type` */
export function requireUncompressed(request: Request): void {
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  if (encoding.trim().toLowerCase() !== 'identity') throw new PortalError('unsupported_type', 'Send the body uncompressed.')
}

/** Reads a body no further than it may go, whatever its Content-Length promised. */
export async function bodyBytes(request: Request, most: number): Promise<Uint8Array> {
  const tooLarge = () => new PortalError('too_large', `A request here may hold at most ${Math.floor(most / 1000)} kB.`)
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge()
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body) {
    length += chunk.length
    if (length > most) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}
