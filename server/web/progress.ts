import type { IncomingMessage, ServerResponse } from 'node:http'
import { seconds } from '../time.ts'

/** How often a look is taken at what has come. */
const LOOK = seconds(5)
/** Of bytes a second. Slower than any line a clinic would send files over. */
const SLOWEST = 16_000
/** How long, all in all, an upload may be slower than that. */
const PATIENCE = seconds(30)

/** How long what is left of a body is taken in after its answer. */
const LINGER = seconds(10)

const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/**
 * Ends a connection whose request body does not come along: who sends a byte a second holds a socket for half a minute, while thirty
 * megabytes over a slow line may take their time. Each look at which enough has come gives a little of the patience back.
 *
 * @param pace - milliseconds; tests are in more of a hurry.
 */
export function endWithoutProgress(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  pace: { look: number; patience: number } = { look: LOOK, patience: PATIENCE },
): void {
  const { headers, socket } = incoming
  if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) return
  const enough = (SLOWEST * pace.look) / seconds(1)
  let patience = pace.patience
  let seen = socket.bytesRead
  const looking = setInterval(() => {
    if (incoming.complete) return clearInterval(looking)
    patience += socket.bytesRead - seen >= enough ? pace.look : -pace.look
    patience = Math.min(patience, pace.patience)
    seen = socket.bytesRead
    if (patience > 0) return
    clearInterval(looking)
    if (!outgoing.headersSent) socket.write(TIMED_OUT)
    incoming.destroy()
  }, pace.look)
  looking.unref()
  // With the request, not with the connection: it carries thousands of them.
  incoming.once('close', () => clearInterval(looking))
}

/**
 * Takes in what is left of a request that was answered before all of it had come. Closing at once, many systems throw away the answer
 * with the connection (RFC 9112, section 9.6); leaving it unread, the next request on the connection waits behind it for ever.
 */
export function takeInTheRest(incoming: IncomingMessage, linger = LINGER): void {
  if (incoming.complete || incoming.destroyed) return
  const takeIn = () => {
    while (incoming.read() !== null);
  }
  incoming.on('readable', takeIn)
  // What came before the answer has been announced already, to whoever wanted the body; nobody announces it again.
  takeIn()
  const ending = setTimeout(() => incoming.destroy(), linger)
  ending.unref()
  incoming.once('close', () => clearTimeout(ending))
}
