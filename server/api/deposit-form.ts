import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { AuthenticatedClient } from '../asking.ts'
import { LIMITS } from '../deposit-request.ts'
import { PortalError } from '../errors.ts'
import { digestOf, type ReceivedFile } from '../file-upload.ts'
import { checkedKey } from '../idempotency-key.ts'
import { readJson } from '../intake/json.ts'
import { shaped } from '../intake/message-json.ts'
import type { Portal } from '../portal.ts'
import { requireUncompressed } from './body.ts'
import { type FormPart, formParts } from './form-parts.ts'
import type { Call } from './operation.ts'
import { DEPOSIT, toDepositRequest } from './shapes.ts'

/** The longest text and the longest HTML there may be, each character escaped, sealed as a JWE. */
const DEPOSIT_PART_BYTES = 4 * 1024 * 1024

/** Of one client. Each weighs some two megabytes while it comes (measured); nobody may fill the memory that all of them share. */
const FORMS_AT_ONCE = 32
/** How many are under way in this process, by client. */
const underWay = new Map<string, number>()

/** A deposit as a form, for the description of the API. */
export const DEPOSIT_FORM = z.strictObject({
  deposit: DEPOSIT.describe('First of all parts: JSON, as in a deposit without files beside it.'),
  file: z
    .array(z.file())
    .max(LIMITS.attachments)
    .optional()
    .describe('Attachments, each with its file name. What they are is found from their bytes.'),
})

export const isForm = (request: Request): boolean =>
  /^multipart\/form-data\s*(;|$)/i.test(request.headers.get('content-type') ?? '')

/**
 * A deposit that comes as a form: its JSON first, then its files, which are sealed and kept while they come. Nothing of a deposit that is
 * not made stays; and a repeated one is answered as the first was, and its files are let go again.
 *
 * @throws PortalError as {@link Portal.deposit}; `malformed` and `invalid` for what stands wrongly in the form; `too_many_requests` for
 * one more than a client may send at once.
 */
export async function depositForm(call: Call): ReturnType<Portal['deposit']> {
  const key = checkedKey(call.request.headers.get('idempotency-key'))
  requireUncompressed(call.request)
  const asking = await call.client()
  return oneOfFew(asking.client.id, () => depositedForm(call, key, asking))
}

async function oneOfFew<T>(client: string, work: () => Promise<T>): Promise<T> {
  const others = underWay.get(client) ?? 0
  if (others >= FORMS_AT_ONCE) {
    const sentence = `Send at most ${FORMS_AT_ONCE} forms at once, and this one again when others have ended.`
    throw new PortalError('too_many_requests', sentence, { retryAfterSeconds: 5 })
  }
  underWay.set(client, others + 1)
  try {
    return await work()
  } finally {
    const left = underWay.get(client)! - 1
    left === 0 ? underWay.delete(client) : underWay.set(client, left)
  }
}

async function depositedForm(
  { request, portal, client }: Call,
  key: string,
  asking: AuthenticatedClient,
): ReturnType<Portal['deposit']> {
  const files: ReceivedFile[] = []
  let isKept = false
  try {
    const deposit = await readForm(request, async ({ fileName, content }) => {
      // Who it is, is asked again for each: an upload takes its time, and credentials may be revoked meanwhile.
      files.push(await portal.receiveFile({ client: await client() }, { name: fileName ?? '' }, content))
    })
    const bodyHash = hashOf(deposit, files)
    const answer = await portal.deposit(await client(), { ...toDepositRequest(deposit), files }, { key, bodyHash })
    isKept = !answer.replayed
    return answer
  } finally {
    if (!isKept) await dropFiles(portal, asking, files)
  }
}

/** @param receive - is handed each file when its turn has come. */
async function readForm(request: Request, receive: (file: FormPart) => Promise<void>): Promise<z.infer<typeof DEPOSIT>> {
  let deposit: z.infer<typeof DEPOSIT> | null = null
  for await (const part of formParts(request, { fieldBytes: DEPOSIT_PART_BYTES, fields: 2, files: LIMITS.attachments + 1 })) {
    if (part.name === 'deposit') {
      if (deposit !== null) throw wrongForm('deposit', 'Give this part once.')
      deposit = shaped(DEPOSIT, readJson(await bytesOf(part.content)))
    } else if (part.name !== 'file' || part.fileName === null) {
      throw wrongForm(
        part.name.slice(0, 100),
        'This part is not known here: send one "deposit", then each file as "file" with its file name.',
      )
    } else {
      if (deposit === null) throw wrongForm('deposit', 'Send this part before any file.')
      await receive(part)
    }
  }
  if (deposit === null) throw wrongForm('deposit', 'Send the deposit as JSON in this part.')
  return deposit
}

async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of content) {
    bytes += piece.length
    if (bytes > DEPOSIT_PART_BYTES)
      throw new PortalError('too_large', 'The part "deposit" may hold at most 4 MB. Send files as parts of their own.')
    pieces.push(piece)
  }
  return Buffer.concat(pieces, bytes)
}

/** The deposit as it was understood and what each file is: the same whatever lies between the parts, and in which order keys stand. */
const hashOf = (deposit: z.infer<typeof DEPOSIT>, files: readonly ReceivedFile[]): string =>
  createHash('sha256')
    .update(JSON.stringify(['form', deposit, files.map(file => [file.name, digestOf(file)])]))
    .digest('base64url')

async function dropFiles(portal: Portal, asking: AuthenticatedClient, files: readonly ReceivedFile[]): Promise<void> {
  const staged = files.flatMap(file => ('staged' in file ? [file.staged] : []))
  // What cannot be let go now is swept within the hour; the answer is the one that matters.
  if (staged.length > 0) await portal.dropFiles({ client: asking }, staged).catch(() => undefined)
}

const wrongForm = (field: string, problem: string): PortalError =>
  new PortalError('invalid', 'This form is not right.', { fields: [{ field, problem }] })
