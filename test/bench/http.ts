import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** One POST over a connection that is kept. @returns status and the answer's bytes. */
export function post(url: string, headers: Record<string, string>, body: string): Promise<{ status: number; answer: Buffer }> {
  return new Promise((resolve, reject) => {
    const length = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
    const asked = request(url, { method: 'POST', agent, headers: { ...headers, ...length } }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, answer: Buffer.concat(chunks) }))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** Lets go of the connections, so that the program can end. */
export const hangUp = (): void => agent.destroy()
