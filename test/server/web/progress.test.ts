import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { endWithoutProgress } from '../../../server/web/progress.ts'

const opened: { close(): void }[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

/** A server that reads what it is sent and answers with how much it was; it looks every 20 ms, and 320 bytes are enough. */
async function serving(patience: number): Promise<number> {
  const server = createServer((incoming, outgoing) => {
    endWithoutProgress(incoming, outgoing, { look: 20, patience })
    let received = 0
    incoming.on('data', chunk => (received += chunk.length)).on('end', () => outgoing.end(String(received)))
  })
  opened.push(server)
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  return (server.address() as AddressInfo).port
}

/** Sends a body piece by piece, a piece every 10 ms, until it is whole or the server has had enough. */
function dripped(port: number, pieces: number, size: number): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    let sent = 0
    const sending = setInterval(() => (sent++ < pieces ? socket.write('x'.repeat(size)) : clearInterval(sending)), 10)
    socket.on('data', chunk => (answer += chunk))
    socket.on('error', () => undefined) // it is cut off while it still sends
    socket.on('close', () => {
      clearInterval(sending)
      resolve(answer)
    })
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${pieces * size}\r\n\r\n`)
  })
}

test('an upload that does not come along is ended, however long it would go on', async () => {
  expect(await dripped(await serving(100), 100_000, 1)).toMatch(/^HTTP\/1\.1 408 /)
})

test('an upload that comes along may take many times as long', async () => {
  expect(await dripped(await serving(200), 100, 4_000)).toMatch(/ 200 OK\r\n.*400000$/s)
})

test('a request without a body is never waited for', async () => {
  const port = await serving(0)
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('0')
})
