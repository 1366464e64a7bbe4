import { randomBytes } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BucketStore } from '../../../storage/part-stores/bucket.ts'
import { launchBucket, type RunningBucket } from '../../support/bucket.ts'
import { refusal } from '../kept.ts'
import { partStoreContract, pieces, whole } from './store-contract.ts'

const NAME = 'k3PzQ1-aUx_0vRtY7mWc2LsD'
const MIB = 1024 * 1024
let running: RunningBucket

beforeAll(async () => {
  running = await launchBucket()
})
afterAll(() => running.stop())

let areas = 0
const storeAt = (changes: Partial<RunningBucket> = {}, area = `area-${areas++}`) =>
  new BucketStore({ kind: 'bucket', ...running, ...changes }, area)

partStoreContract(async () => storeAt())

test('objects of another database in the same bucket are not seen', async () => {
  await storeAt({}, 'one').put(NAME, pieces(randomBytes(10)))
  expect(await Array.fromAsync(storeAt({}, 'other').list())).toEqual([])
})

test('more objects than fit on one page of a list are all told', async () => {
  const entry = (name: string) =>
    `<Contents><Key>area/${name}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`
  const service = await scripted((request, response) => {
    const isSecond = request.url?.includes('continuation-token=next%2F1')
    response.end(isSecond ? entry('second') : `${entry('first')}<NextContinuationToken>next/1</NextContinuationToken>`)
  })
  try {
    const listed = await Array.fromAsync(storeAt({ endpoint: service.endpoint }, 'area').list())
    expect(listed.map(({ name }) => name)).toEqual(['first', 'second'])
  } finally {
    service.stop()
  }
})

test('wrong credentials, a bucket that is not there and a service that is down are all told as unavailable', async () => {
  const bytes = () => pieces(randomBytes(6 * MIB))
  expect(await refusal(storeAt({ accessKeyId: 'NOBODY' }).put(NAME, bytes()))).toBe('unavailable')
  expect(await refusal(storeAt({ bucket: 'none' }).put(NAME, bytes()))).toBe('unavailable')
  const down = storeAt({ endpoint: 'http://127.0.0.1:1' })
  expect(await refusal(down.put(NAME, bytes()))).toBe('unavailable')
  expect(await refusal(whole(down.read(NAME, 0, 1)))).toBe('unavailable')
  expect(await refusal(down.remove(NAME))).toBe('unavailable')
})

/** A service that answers as it is told. */
async function scripted(answer: RequestListener): Promise<{ endpoint: string; asked: string[]; stop(): void }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    request.resume().once('end', () => answer(request, response))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}`, asked, stop: () => void server.close().closeAllConnections() }
}

test('a piece that the service fails to take is sent again', async () => {
  let failures = 1
  const service = await scripted((_request, response) => {
    response.writeHead(failures-- > 0 ? 503 : 200).end()
  })
  try {
    await storeAt({ endpoint: service.endpoint }, 'area').put(NAME, pieces(randomBytes(10)))
    expect(service.asked).toEqual(Array(2).fill(`PUT /parts/area/${NAME}`))
  } finally {
    service.stop()
  }
})

test('an upload that fails in the middle is called off, and a service that is full says so', async () => {
  const service = await scripted((request, response) => {
    if (request.url?.endsWith('?uploads')) response.end('<UploadId>up&amp;1</UploadId>')
    else if (request.method === 'PUT') response.writeHead(403).end('<Error><Code>QuotaExceeded</Code></Error>')
    else response.writeHead(204).end()
  })
  try {
    const store = storeAt({ endpoint: service.endpoint }, 'area')
    expect(await refusal(store.put(NAME, pieces(randomBytes(6 * MIB))))).toBe('no_space')
    expect(service.asked.at(-1)).toBe(`DELETE /parts/area/${NAME}?uploadId=up%261`)
  } finally {
    service.stop()
  }
})

test('a failure that is told behind a 200 is a failure', async () => {
  const service = await scripted((request, response) => {
    if (request.url?.endsWith('?uploads')) response.end('<UploadId>up1</UploadId>')
    else if (request.method === 'PUT') response.writeHead(200, { etag: '"1"' }).end()
    else response.end('<Error><Code>InternalError</Code></Error>')
  })
  try {
    expect(await refusal(storeAt({ endpoint: service.endpoint }).put(NAME, pieces(randomBytes(6 * MIB))))).toBe('unavailable')
  } finally {
    service.stop()
  }
})
