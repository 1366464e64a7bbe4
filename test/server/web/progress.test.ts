import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { sendWebResponse, toWebRequest } from '../../../server/web/node.ts'
import { endWithoutProgress, takeInTheRest } from '../../../server/web/progress.ts'

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

test('a connection that carries request after request gathers nothing that watches over them', async () => {
  const watching: number[] = []
  const server = createServer((incoming, outgoing) => {
    endWithoutProgress(incoming, outgoing)
    watching.push(incoming.socket.listenerCount('close'))
    incoming.resume().on('end', () => outgoing.end())
  })
  opened.push(server)
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let number = 0; number < 5; number++) {
    const asked = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', method: 'POST', agent }).end('words')
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    await once(answer.resume(), 'end')
  }
  agent.destroy()
  expect(new Set(watching).size).toBe(1)
})

describe('an upload that is refused before it has all come', () => {
  const refusing = async (linger: number): Promise<string> => {
    const server = createServer((incoming, outgoing) => {
      const { body } = toWebRequest(incoming, outgoing, 'http://localhost', 1_000)
      void Array.fromAsync(body!).catch(async ({ code }) => {
        await sendWebResponse(new Response(code, { status: 413 }), outgoing, 'POST')
        takeInTheRest(incoming, linger)
      })
    })
    opened.push(server)
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }
  const streamed = (chunks: number) => {
    const body = new ReadableStream({
      pull: controller => (chunks-- > 0 ? controller.enqueue(new Uint8Array(65_536)) : controller.close()),
    })
    return { method: 'POST', body, duplex: 'half' } as RequestInit
  }

  test('hears why, whether it said how long it is or not, and the connection serves on', async () => {
    const at = await refusing(60_000)
    for (const upload of [{ method: 'POST', body: 'x'.repeat(5_000_000) }, streamed(80), streamed(80)]) {
      const answer = await fetch(at, upload)
      expect([answer.status, await answer.text()]).toEqual([413, 'too_large'])
    }
  })

  test('hears why when the answer took its time, and what it still sends is taken in', async () => {
    const server = createServer(async (incoming, outgoing) => {
      toWebRequest(incoming, outgoing, 'http://localhost', 10_000_000)
      // Nobody has looked at the body, and no more of it fits in.
      while (incoming.readableLength < incoming.readableHighWaterMark) await pause(1)
      await sendWebResponse(new Response('stranger', { status: 401 }), outgoing, 'POST')
      takeInTheRest(incoming, 60_000)
    })
    opened.push(server)
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const size = 5_000_000
    socket.on('error', () => undefined) // told by the write below
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`)
    const sent = new Promise(taken => socket.write('x'.repeat(size), cutOff => taken(cutOff ?? 'taken in')))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /)
    expect(await sent).toBe('taken in')
    socket.destroy()
  })

  test('is cut off when it goes on for ever', async () => {
    const port = Number(new URL(await refusing(50)).port)
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    const closed = new Promise<string>(resolve => socket.on('close', () => resolve('closed')))
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    const sending = setInterval(() => socket.write(`400\r\n${'x'.repeat(1_024)}\r\n`), 1)
    expect(await closed).toBe('closed')
    clearInterval(sending)
  })
})
