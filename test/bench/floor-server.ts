import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compactDecrypt, exportJWK, generateKeyPair } from 'jose'
import { bareDatabase, sealParts } from './floor.ts'

// A process of its own, as the portal is one: the least that any server would do for a deposit. It reads the body, makes the same
// cipher calls, commits the same bytes durably, and answers as many bytes. `?parts=&bytes=&answer=&jwe=` say how much of each.
const { publicKey, privateKey } = await generateKeyPair('ECDH-ES+A256KW', { crv: 'X25519', extractable: true })
const database = bareDatabase()

const server = createServer(async (request, response) => {
  const query = new URL(request.url ?? '/', 'http://floor').searchParams
  const numberOf = (name: string): number => Number(query.get(name) ?? 0)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  if (query.has('jwe')) await compactDecrypt((JSON.parse(body.toString('utf8')) as { content: string }).content, privateKey)
  if (numberOf('parts') > 0) {
    const sealed = sealParts(numberOf('parts'), numberOf('bytes'))
    database.commit(Buffer.concat(sealed.flatMap(part => [part.wrappedKey, part.sealed])))
  }
  response.writeHead(201, { 'content-type': 'application/json' }).end(Buffer.alloc(numberOf('answer'), 0x20))
})
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ port, publicJwk: await exportJWK(publicKey) })}\n`)
})
process.once('SIGTERM', () => {
  server.closeAllConnections()
  server.close()
  database.close()
})
