import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

interface Answered {
  status: number
  location: string | undefined
  answer: Buffer
}

/** One request over a connection that is kept. @returns status and the answer's bytes. */
export function ask(method: 'GET' | 'POST', url: string, headers: Record<string, string>, body = ''): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {}
    const asked = request(url, { method, agent, headers: { ...headers, ...length } }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location, answer: Buffer.concat(chunks) }),
      )
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** One POST of JSON. */
export const post = (url: string, headers: Record<string, string>, body: string): Promise<Answered> =>
  ask('POST', url, { 'content-type': 'application/json', ...headers }, body)

/** Lets go of the connections, so that the program can end. */
export const hangUp = (): void => agent.destroy()
