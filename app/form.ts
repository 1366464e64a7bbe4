import type { ActionFunctionArgs } from '@remix-run/node'
import type { FieldError } from '../server/errors.ts'
import type { FileUpload } from '../server/views.ts'
import { refusal } from './refusal.ts'

/** What a field of a form holds. With a question mark it may be left empty. `secret` never comes back to the page. */
interface Kinds {
  line: string
  'line?': string
  text: string
  'text?': string
  code: string
  json: unknown
  secret: string
  yes: boolean
  choices: string[]
  files: FileUpload[]
}
type Fields = Record<string, keyof Kinds>
type Values<F extends Fields> = { [K in keyof F]: Kinds[F[K]] }

const MAX_LINE = 1_000 // characters
const MAX_TEXT = 100_000 // characters
const MAX_FILES = 20
const MAX_FILE_BYTES = 20_000_000 // all of a form's files together; the deposit's own limit
const MAX_FIELDS = 200 // the longest form of ours has one for each recipient of a deposit
const NEVER_KEPT = new Set(['form_token', 'form_id', 'passphrase', 'response', 'ticket', 'version'])

/**
 * Reads a form that was sent to an action.
 *
 * @param fields - each field's name and kind; what is not named is not read.
 * @throws PortalError `wrong_origin` when the form is not one this browser was given, `invalid` with the fields that are empty,
 *   `too_large` past the limits above.
 */
export async function form<F extends Fields>(
  args: Pick<ActionFunctionArgs, 'request' | 'context'>,
  fields: F,
): Promise<Values<F>> {
  const sent = await read(args.request)
  const token = sent.get('form_token')
  if (typeof token !== 'string' || !args.context.formTokenFits(token)) {
    throw refusal('wrong_origin', 'This page was open for a long time. Please press the button again.')
  }
  checkSizes(sent)
  const missing: FieldError[] = []
  const entries = Object.entries(fields).map(async ([name, kind]) => {
    const value = await fieldValue(sent, name, kind)
    if (value === '' && !kind.endsWith('?')) missing.push({ field: name, problem: 'Fill in this field.' })
    return [name, value] as const
  })
  const values = Object.fromEntries(await Promise.all(entries))
  if (missing.length > 0) throw refusal('invalid', 'Something is missing.', missing)
  return values as Values<F>
}

/** What was typed into the form of this request, for a page that shows it again; empty when it cannot be read. */
export async function keptValues(request: Request): Promise<Record<string, string[]>> {
  const type = request.headers.get('content-type') ?? ''
  if (!readForms.has(request) && !type.startsWith('application/x-www-form-urlencoded') && !type.startsWith('multipart/form-data'))
    return {}
  const sent = await readOrBegun(request)
  const kept = new Map<string, string[]>()
  for (const [name, value] of sent) {
    if (typeof value === 'string' && !NEVER_KEPT.has(name)) kept.set(name, [...(kept.get(name) ?? []), value])
  }
  return Object.fromEntries(kept)
}

/** What sending the same form once more takes; null where that cannot be put into a page: files, and what must not lie open in one. */
export async function sentFields(request: Request): Promise<Record<string, string[]> | null> {
  const fields = [...(await readOrBegun(request))].filter(([name]) => name !== 'form_token')
  if ((await sentFiles(request)) || fields.length === 0 || fields.some(([name]) => name === 'passphrase' || name === 'response'))
    return null
  const texts = fields.filter((field): field is [string, string] => typeof field[1] === 'string')
  return Object.fromEntries(texts.map(([name]) => [name, texts.filter(([other]) => other === name).map(([, text]) => text)]))
}

/** One word of a form, as it came; empty when it is not there, or cannot be read. */
export async function sentText(request: Request, name: string): Promise<string> {
  const value = (await readOrBegun(request)).get(name)
  return typeof value === 'string' ? value : ''
}

/** Whether files came with it, or were to come: what breaks off is too long for anything but files. */
export async function sentFiles(request: Request): Promise<boolean> {
  const sent = await readOrBegun(request)
  return begunForms.has(request) || [...sent.values()].some(value => typeof value !== 'string' && value.name !== '')
}

/** A form that cannot be read has already been refused, or is about to be: what had come of it by then is all there is to keep. */
const readOrBegun = (request: Request): Promise<FormData> => read(request).catch(() => begunForms.get(request) ?? new FormData())

/** Forms that were too long, as far as they had come: files come behind the words. */
const begunForms = new WeakMap<Request, FormData>()

// A body can be read once; the form is wanted again when it has to be shown again.
const readForms = new WeakMap<Request, Promise<FormData>>()

function read(request: Request): Promise<FormData> {
  const before = readForms.get(request)
  if (before) return before
  const reading = parse(request).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    if (cause instanceof Error && 'code' in cause && cause.code === 'too_large') throw cause
    throw refusal('malformed', 'This form could not be read.')
  })
  readForms.set(request, reading)
  return reading
}

/** Taking apart a form of a million fields would hold up everybody: they are counted before. */
async function parse(request: Request): Promise<FormData> {
  const type = request.headers.get('content-type') ?? ''
  const bytes = await bytesOf(request, type)
  const between = type.startsWith('application/x-www-form-urlencoded') ? '&' : `--${MULTIPART.exec(type)?.[1] ?? ''}`
  if (occursMoreThan(MAX_FIELDS, between, bytes)) throw refusal('too_large', 'This form has too many fields.')
  return withButton(
    WORDS_ALONE.test(type) ? wordsIn(bytes) : await new Response(bytes, { headers: { 'content-type': type } }).formData(),
  )
}

const WORDS_ALONE = /^application\/x-www-form-urlencoded(?:;|$)/

/** Nearly all forms. A Response would take it apart in the same way, and take ten times as long around it. */
function wordsIn(bytes: Buffer): FormData {
  const sent = new FormData()
  for (const [name, value] of new URLSearchParams(bytes.toString('utf8'))) sent.append(name, value)
  return sent
}

/** The button that was pressed, if it is one of several, holds what it says in its name (ui/Button.tsx): `step=check`. */
function withButton(sent: FormData): FormData {
  for (const name of [...sent.keys()]) {
    const [field = '', value] = name.split('=', 2)
    if (value === undefined) continue
    sent.delete(name)
    sent.set(field, value)
  }
  return sent
}

async function bytesOf(request: Request, type: string): Promise<Buffer<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of request.body ?? []) pieces.push(piece)
  } catch (error) {
    begunForms.set(request, await fieldsBefore(Buffer.concat(pieces), type))
    throw error
  }
  return Buffer.concat(pieces)
}

/** The fields of a form that broke off which came whole. */
async function fieldsBefore(bytes: Buffer, type: string): Promise<FormData> {
  const between = `--${MULTIPART.exec(type)?.[1] ?? ''}`
  const end = between === '--' ? -1 : bytes.lastIndexOf(between)
  if (end <= 0 || occursMoreThan(MAX_FIELDS, between, bytes)) return new FormData()
  const whole = Buffer.concat([bytes.subarray(0, end), Buffer.from(`${between}--\r\n`)])
  return new Response(whole, { headers: { 'content-type': type } }).formData().catch(() => new FormData())
}

// As browsers write it, and no other way: another reading of it than the parser's would count something else.
const MULTIPART = /^multipart\/form-data; ?boundary=([\w'()+,./:=?-]{1,70})$/

function occursMoreThan(most: number, piece: string, bytes: Buffer): boolean {
  let count = 0
  for (let i = bytes.indexOf(piece); i >= 0 && count <= most; i = bytes.indexOf(piece, i + piece.length)) count++
  return count > most
}

function checkSizes(sent: FormData): void {
  let bytes = 0
  let files = 0
  for (const [name, value] of sent) {
    if (typeof value === 'string') {
      if (value.length > MAX_TEXT)
        throw refusal('too_large', 'This text is too long.', [{ field: name, problem: 'This text is too long.' }])
    } else {
      bytes += value.size
      files += value.size > 0 ? 1 : 0
    }
  }
  if (bytes > MAX_FILE_BYTES || files > MAX_FILES)
    throw refusal('too_large', 'These files are too large: 20 files and 20 MB at most.')
}

async function fieldValue(sent: FormData, name: string, kind: keyof Kinds): Promise<Kinds[keyof Kinds]> {
  if (kind === 'files') return filesOf(sent.getAll(name))
  if (kind === 'choices') return sent.getAll(name).filter(value => typeof value === 'string')
  const value = sent.get(name)
  const text = typeof value === 'string' ? value : ''
  if (kind === 'yes') return text === 'yes'
  // Spaces may be part of a passphrase, and of how a letter is laid out.
  if (kind === 'secret') return text
  if (kind === 'text' || kind === 'text?') return text.trim() === '' ? '' : text.replaceAll('\r\n', '\n')
  if (kind === 'json') return parsed(text)
  if (kind === 'code') return text.replaceAll(/\s/g, '')
  if (text.length > MAX_LINE)
    throw refusal('too_large', 'This text is too long.', [{ field: name, problem: 'This text is too long.' }])
  return text.trim()
}

/** A browser sends an empty nameless file for a file field that was left alone. */
async function filesOf(values: FormDataEntryValue[]): Promise<FileUpload[]> {
  const files = values.filter(value => typeof value !== 'string').filter(file => file.size > 0 || file.name !== '')
  return Promise.all(
    files.map(async file => ({ name: file.name, type: file.type, bytes: new Uint8Array(await file.arrayBuffer()) })),
  )
}

/** What a browser's passkey ceremony answered. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refusal('malformed', 'The answer of the passkey could not be read.')
  }
}
