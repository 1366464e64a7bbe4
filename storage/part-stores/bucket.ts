import { AwsClient } from 'aws4fetch'
import { noSpace, objectGone, type PartStore, type PartStorePlace, type StoredObject, storeUnavailable } from './part-store.ts'

/** S3 takes no smaller pieces but for the last; one of them at a time is in memory. */
const PIECE_BYTES = 5 * 1024 * 1024

/** Each request is made anew so often when the service fails or does not answer: every one of them may be repeated without harm. */
const RETRIES = 3
const PATIENCE_MILLISECONDS = 60_000

/** What services answer when their owner has bought too little of them. */
const NO_SPACE =
  /<Code>(QuotaExceeded|XMinioStorageFull|XMinioAdminBucketQuotaExceeded|InsufficientStorage|InsufficientCapacity)</

/**
 * Objects in a bucket of a service that speaks S3: `<bucket>/<area>/<name>`, addressed by path. What is larger than one piece is uploaded
 * in several; an object appears when all of them are there, or never.
 */
export class BucketStore implements PartStore {
  readonly #client: AwsClient
  readonly #bucket: string
  readonly #area: string

  constructor({ endpoint, bucket, region, accessKeyId, secretAccessKey }: PartStorePlace & { kind: 'bucket' }, area: string) {
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: RETRIES, initRetryMs: 100 })
    this.#bucket = `${endpoint.replace(/\/$/, '')}/${bucket}`
    this.#area = area
  }

  async put(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const pieces = inPieces(content)
    const first = await pieces.next()
    if (first.done || first.value.length < PIECE_BYTES) {
      await this.#ask('PUT', this.#at(name), first.value ?? new Uint8Array(0))
      return
    }
    const upload = xmlValue(await this.#text('POST', `${this.#at(name)}?uploads`), 'UploadId')
    if (upload === null) throw storeUnavailable()
    const at = `${this.#at(name)}?uploadId=${encodeURIComponent(upload)}`
    try {
      const tags = [await this.#piece(at, 1, first.value)]
      for await (const piece of pieces) tags.push(await this.#piece(at, tags.length + 1, piece))
      const answer = await this.#text('POST', at, Buffer.from(completion(tags)))
      // Once it has begun to answer, a service can only tell of a failure in the answer's text.
      if (!answer.includes('<CompleteMultipartUploadResult')) throw refusalIn(200, answer)
    } catch (error) {
      // What stays all the same, the bucket's own rule removes (see the README): no request of ours would find it again.
      await this.#ask('DELETE', at).catch(() => undefined)
      throw error
    } finally {
      await pieces.return(undefined)
    }
  }

  async *read(name: string, from: number, to: number): AsyncGenerator<Uint8Array> {
    const response = await this.#ask('GET', this.#at(name), null, { range: `bytes=${from}-${to - 1}` })
    // Who ignores the range answers 200 from the beginning: not what was asked for.
    if (response.body === null || response.status !== 206) throw storeUnavailable()
    try {
      yield* response.body
    } catch (error) {
      throw unanswered(error)
    }
  }

  async size(name: string): Promise<number | null> {
    try {
      const { headers } = await this.#ask('HEAD', this.#at(name))
      return Number(headers.get('content-length'))
    } catch (error) {
      if (isGone(error)) return null
      throw error
    }
  }

  async remove(name: string): Promise<void> {
    await this.#ask('DELETE', this.#at(name))
  }

  async *list(): AsyncGenerator<StoredObject> {
    let page = ''
    do {
      const query = `list-type=2&prefix=${encodeURIComponent(`${this.#area}/`)}${page}`
      const answer = await this.#text('GET', `${this.#bucket}?${query}`)
      for (const [, entry] of answer.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        const name = xmlValue(entry!, 'Key')?.slice(this.#area.length + 1)
        const changedAt = Date.parse(xmlValue(entry!, 'LastModified') ?? '')
        if (name && Number.isFinite(changedAt)) yield { name, changedAt }
      }
      const next = xmlValue(answer, 'NextContinuationToken')
      page = next === null ? '' : `&continuation-token=${encodeURIComponent(next)}`
    } while (page !== '')
  }

  #at(name: string): string {
    return `${this.#bucket}/${this.#area}/${name}`
  }

  /** @returns the piece's tag, which the service asks for at the end. */
  async #piece(upload: string, number: number, bytes: Uint8Array): Promise<string> {
    const response = await this.#ask('PUT', `${upload}&partNumber=${number}`, bytes)
    return response.headers.get('etag') ?? ''
  }

  async #text(method: string, url: string, body: Uint8Array | null = null): Promise<string> {
    const response = await this.#ask(method, url, body, {}, false)
    return response.text().catch((error: unknown) => {
      throw unanswered(error)
    })
  }

  /** One request, in whose answer there is nothing to refuse. */
  async #ask(
    method: string,
    url: string,
    body: Uint8Array | null = null,
    headers: Record<string, string> = {},
    isForgotten = method !== 'GET',
  ): Promise<Response> {
    let response: Response
    // Until it answers; what it answers may be read as slowly as somebody's line is.
    const patience = new AbortController()
    const ending = setTimeout(() => patience.abort(), PATIENCE_MILLISECONDS)
    try {
      const sent = body === null ? {} : { body: body as BodyInit }
      response = await this.#client.fetch(url, { method, headers, signal: patience.signal, ...sent })
    } catch (error) {
      throw unanswered(error)
    } finally {
      clearTimeout(ending)
    }
    if (!response.ok) throw refusalIn(response.status, await response.text().catch(() => ''))
    // A body that nobody reads would keep its connection.
    if (isForgotten) await response.body?.cancel()
    return response
  }
}

/** Content in pieces of one size, but for the last; each has memory of its own, as a request that is repeated sends it again. */
async function* inPieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  let piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
  let filled = 0
  for await (const bytes of content) {
    for (let from = 0; from < bytes.length; ) {
      const taken = Math.min(PIECE_BYTES - filled, bytes.length - from)
      piece.set(bytes.subarray(from, from + taken), filled)
      filled += taken
      from += taken
      if (filled < PIECE_BYTES) continue
      yield piece
      piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
      filled = 0
    }
  }
  if (filled > 0) yield piece.subarray(0, filled)
}

const completion = (tags: readonly string[]): string => {
  const parts = tags.map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${xmlText(tag)}</ETag></Part>`)
  return `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
}

const xmlText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** What stands in the first element of this name; our names and the service's words need no more of XML than this. */
function xmlValue(xml: string, element: string): string | null {
  const value = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1]
  return value?.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&') ?? null
}

function refusalIn(status: number, answer: string): Error {
  if (status === 507 || NO_SPACE.test(answer)) return noSpace()
  // A bucket that is not there is a mistake in the settings; an object that is not there is one that was removed.
  if (status === 404 && !answer.includes('<Code>NoSuchBucket<')) return objectGone()
  return storeUnavailable()
}

const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'gone'

/** Whatever a connection breaks with, its text may name the service: it is not passed on. */
const unanswered = (_error: unknown): Error => storeUnavailable()
