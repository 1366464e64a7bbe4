import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import busboy from 'busboy'
import { isPortalError, PortalError } from '../errors.ts'

/** One part of a form, in the order they come. */
export interface FormPart {
  name: string
  /** Null for a part that is no file. */
  fileName: string | null
  /** To be read to its end, or left, before the next part is asked for. */
  content: AsyncIterable<Uint8Array>
}

export interface FormLimits {
  /** Of a part that is no file, which is held in memory. */
  fieldBytes: number
  fields: number
  files: number
}

/** Forms need no other (RFC 7578, section 4.7), and the parser undoes none: whoever reads would be shown base64. */
const AS_THEY_ARE = new Set(['7bit', '8bit', 'binary'])

/**
 * Takes a `multipart/form-data` body apart while it comes, no faster than its parts are read: what comes too fast waits with its sender.
 *
 * @throws PortalError `malformed` for what is no such form, `unsupported_type` for encoded parts, `too_large` past the limits, and whatever the body breaks off with.
 * @see RFC 7578
 */
export async function* formParts(request: Request, limits: FormLimits): AsyncGenerator<FormPart, undefined> {
  const parser = parserFor(request, limits)
  const arrived: FormPart[] = []
  let failure: unknown = null
  let isOver = false
  let wake = (): void => undefined
  const arrive = (part: FormPart) => {
    arrived.push(part)
    wake()
  }
  const end = (error: unknown) => {
    failure ??= error
    isOver = true
    wake()
  }

  parser.on('file', (name, content, { filename, encoding }) => {
    // Told to whoever reads it; and of the whole form, below.
    content.on('error', () => undefined)
    if (!AS_THEY_ARE.has(encoding.toLowerCase())) return void parser.destroy(encoded())
    arrive({ name: name ?? '', fileName: filename ?? '', content: readable(content) })
  })
  parser.on('field', (name, value, { valueTruncated, encoding }) => {
    if (!AS_THEY_ARE.has(encoding.toLowerCase())) return void parser.destroy(encoded())
    if (valueTruncated) return void parser.destroy(tooLarge())
    // Another character set than UTF-8, or bytes that are none.
    if (value.includes('\ufffd')) return void parser.destroy(malformed('This is not UTF-8.'))
    arrive({ name: name ?? '', fileName: null, content: Readable.from([Buffer.from(value, 'utf8')]) })
  })
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) parser.on(limit, () => parser.destroy(tooMany()))
  const body = Readable.fromWeb((request.body ?? new Blob([]).stream()) as ReadableStream)
  pipeline(body, parser).then(() => end(null), end)

  try {
    for (;;) {
      const part = arrived.shift()
      if (part !== undefined) yield part
      else if (failure !== null) throw meant(failure)
      else if (isOver) return
      else
        await new Promise<void>(resolve => {
          wake = resolve
        })
    }
  } finally {
    body.destroy()
    parser.destroy()
  }
}

function parserFor(request: Request, { fieldBytes, fields, files }: FormLimits): busboy.Busboy {
  const limits = { fieldSize: fieldBytes, fieldNameSize: 100, fields, files, parts: fields + files, headerPairs: 20 }
  try {
    const headers = { 'content-type': request.headers.get('content-type') ?? '' }
    return busboy({ headers, limits, defParamCharset: 'utf8' })
  } catch {
    throw malformed('This form has no boundary.')
  }
}

/** A file as it comes, with what it breaks off with in our words. */
async function* readable(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* content
  } catch (error) {
    throw meant(error)
  }
}

/** What the parser complains of, and what connections break with, has no code of ours: nobody could do anything about it but send again. */
const meant = (error: unknown): unknown => (isPortalError(error) ? error : malformed('This form broke off, or is none.'))

const malformed = (sentence: string): PortalError => new PortalError('malformed', sentence)
const encoded = (): PortalError =>
  new PortalError('unsupported_type', 'Send each part as it is, without a Content-Transfer-Encoding.')
const tooLarge = (): PortalError => new PortalError('too_large', 'A part of this form that is no file is too large.')
const tooMany = (): PortalError => new PortalError('too_large', 'This form has too many parts.')
