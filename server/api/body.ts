import type { AuthenticatedClient } from '../asking.ts'
import { PortalError } from '../errors.ts'
import { readJson } from '../intake/json.ts'
import type { Call } from './operation.ts'

/** 20 MB of attachments, in base64 inside a JWE, which is base64 once more; and room for the words. */
export const MAX_API_BODY_BYTES = 40_000_000

/** Of bodies that one client has under way, in this process: four of the largest. Nobody may fill the memory that all of them share. */
const BYTES_UNDER_WAY = 4 * MAX_API_BODY_BYTES
const underWay = new Map<string, number>()

/** Of a request that is no deposit. */
const MAX_SMALL_BODY_BYTES = 256_000

/**
 * A client's JSON, read as it is wanted, and the client. Strangers are refused before a byte is read; and who it is, is asked again once
 * the last byte has come: an upload takes its time, and credentials may be revoked meanwhile.
 *
 * @param read - is handed the body in pieces, which are its own.
 * @throws PortalError `unauthorized`, `forbidden`, `unsupported_type`, `too_large`; `too_many_requests` while this client's other bodies
 * take up what one may have; and what `read` throws.
 */
export async function clientsBody<T>(
  { request, client }: Pick<Call, 'request' | 'client'>,
  read: (pieces: Uint8Array[]) => Promise<T>,
  mostBytes = MAX_API_BODY_BYTES,
): Promise<{ sender: AuthenticatedClient; body: T }> {
  const { id } = (await client()).client
  requireType(request, 'application/json')
  let taken = 0
  try {
    const pieces = await bodyPieces(request, mostBytes, more => {
      takeShare(id, more)
      taken += more
    })
    const sender = await client()
    return { sender, body: await read(pieces) }
  } finally {
    giveShareBack(id, taken)
  }
}

/** As {@link clientsBody}, for requests of words alone. @throws PortalError `malformed` also */
export const clientsJson = (call: Pick<Call, 'request' | 'client'>): Promise<{ sender: AuthenticatedClient; body: unknown }> =>
  clientsBody(call, async pieces => readJson(Buffer.concat(pieces)), MAX_SMALL_BODY_BYTES)

function takeShare(client: string, bytes: number): void {
  const all = (underWay.get(client) ?? 0) + bytes
  if (all > BYTES_UNDER_WAY) {
    const sentence = `Send at most ${BYTES_UNDER_WAY / 1_000_000} MB at once, and this again when other requests have ended.`
    throw new PortalError('too_many_requests', sentence, { retryAfterSeconds: 5 })
  }
  underWay.set(client, all)
}

function giveShareBack(client: string, bytes: number): void {
  const left = (underWay.get(client) ?? 0) - bytes
  if (left <= 0) underWay.delete(client)
  else underWay.set(client, left)
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
export const bodyBytes = async (request: Request, most: number): Promise<Uint8Array> =>
  Buffer.concat(await bodyPieces(request, most))

/** As {@link bodyBytes}; `onBytes` may stop it by throwing. */
async function bodyPieces(request: Request, most: number, onBytes?: (count: number) => void): Promise<Uint8Array[]> {
  const tooLarge = () => new PortalError('too_large', `A request here may hold at most ${Math.floor(most / 1000)} kB.`)
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge()
  if (request.body === null) return []
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of request.body) {
    length += piece.length
    if (length > most) throw tooLarge()
    onBytes?.(piece.length)
    pieces.push(piece)
  }
  return pieces
}
