import { Readable } from 'node:stream'
import busboy from 'busboy'
import { isPortalError, PortalError } from '../errors.ts'
import { letGo } from '../spent-bytes.ts'
import { FormFile } from './form-file.ts'

/** One part of a form, in the order they come. */
export interface FormPart {
  name: string
  /** Null for a part that is no file. */
  fileName: string | null
  /** Once, before the next part is asked for; what has not been read by then is dropped. Its blocks belong to the reader. */
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
 * The bytes of the body are let go of when they have been taken apart.
 *
 * @throws PortalError `malformed` for what is no such form, `unsupported_type` for encoded parts, `too_large` past the limits, and whatever the body breaks off with.
 * @see RFC 7578
 */
export async function* formParts(request: Request, limits: FormLimits): AsyncGenerator<FormPart, undefined> {
  const parser = parserFor(request, limits)
  const arrived: FormPart[] = []
  /** The file that is coming, and what the parser has yet to push into it. */
  let file: FormFile | null = null
  let unread: Readable | null = null
  let failure: { error: unknown } | null = null
  let isOver = false
  let wake = (): void => undefined
  let roomAgain = (): void => undefined
  const arrive = (part: FormPart) => {
    arrived.push(part)
    wake()
  }
  const end = (error: unknown) => {
    if (isOver) return
    isOver = true
    if (error !== null) failure = { error: meant(error) }
    file?.end(failure)
    roomAgain()
    wake()
  }
  const room = async () => {
    while (!isOver && file?.hasRoom === false) {
      await new Promise<void>(resolve => {
        roomAgain = resolve
      })
    }
  }

  parser.on('file', (name, content, { filename, encoding }) => {
    // Told to whoever reads it; and of the whole form, below.
    content.on('error', () => undefined)
    if (!AS_THEY_ARE.has(encoding.toLowerCase())) return void parser.destroy(encoded())
    const coming = new FormFile(() => roomAgain())
    file = coming
    unread = content
    content.on('data', (piece: Buffer) => coming.push(piece))
    content.on('end', () => coming.end())
    arrive({ name: name ?? '', fileName: filename ?? '', content: coming })
  })
  parser.on('field', (name, value, { valueTruncated, encoding }) => {
    if (!AS_THEY_ARE.has(encoding.toLowerCase())) return void parser.destroy(encoded())
    if (valueTruncated) return void parser.destroy(tooLarge())
    // Another character set than UTF-8, or bytes that are none.
    if (value.includes('\ufffd')) return void parser.destroy(malformed('This is not UTF-8.'))
    arrive({ name: name ?? '', fileName: null, content: Readable.from([Buffer.from(value, 'utf8')]) })
  })
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) parser.on(limit, () => parser.destroy(tooMany()))
  parser.on('error', end)
  parser.on('close', () => end(null))
  const body = request.body?.getReader()
  void feed(parser, body, { room, isTakenIn: () => (unread?.readableLength ?? 0) === 0 }).catch(error =>
    parser.destroy(error instanceof Error ? error : malformed('This form broke off.')),
  )

  try {
    for (;;) {
      const part = arrived.shift()
      if (part !== undefined) {
        yield part
        // Whatever was not read of it must not hold up the rest.
        if (part.content instanceof FormFile) part.content.drop()
      } else if (failure !== null) throw (failure as { error: unknown }).error
      else if (isOver) return
      else
        await new Promise<void>(resolve => {
          wake = resolve
        })
    }
  } finally {
    parser.destroy()
    end(null)
    // Not waited for: who sends may have stopped in the middle. Why it broke off has been told.
    void body?.cancel().catch(() => undefined)
  }
}

/** Hands the parser one piece after the other, each when the one before has been taken apart and there is room for more. */
async function feed(
  parser: busboy.Busboy,
  body: ReadableStreamDefaultReader<Uint8Array> | undefined,
  { room, isTakenIn }: { room: () => Promise<void>; isTakenIn: () => boolean },
): Promise<void> {
  for (let next = await body?.read(); next !== undefined && !next.done; next = await body?.read()) {
    const piece = next.value
    await new Promise<void>((resolve, reject) => parser.write(piece, error => (error ? reject(error) : resolve())))
    if (isTakenIn()) letGo(piece)
    await room()
  }
  parser.end()
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

/** What the parser complains of, and what connections break with, has no code of ours: nobody could do anything about it but send again. */
const meant = (error: unknown): unknown => (isPortalError(error) ? error : malformed('This form broke off, or is none.'))

const malformed = (sentence: string): PortalError => new PortalError('malformed', sentence)
const encoded = (): PortalError =>
  new PortalError('unsupported_type', 'Send each part as it is, without a Content-Transfer-Encoding.')
const tooLarge = (): PortalError => new PortalError('too_large', 'A part of this form that is no file is too large.')
const tooMany = (): PortalError => new PortalError('too_large', 'This form has too many parts.')
