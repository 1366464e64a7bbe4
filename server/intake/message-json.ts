import { z } from 'zod'
import { type DepositMessage, LIMITS } from '../deposit-request.ts'
import { type FieldError, PortalError } from '../errors.ts'

const BASE64_OF_20_MB = Math.ceil(LIMITS.attachmentBytes / 3) * 4

/** A message in the sender's JSON, in the clear or as the plaintext of a JWE: shape and sizes; what the words may hold is checked later. */
export const MESSAGE_JSON = z.strictObject({
  from: z
    .strictObject({ name: z.string().max(LIMITS.name), email: z.string().max(LIMITS.address).optional() })
    .optional()
    .describe('Shown to the recipient beside the organization. Without it, the name of the client.'),
  subject: z.string().max(LIMITS.subject),
  text: z.string().max(LIMITS.textBytes).describe('The whole message as plain text; always there, whatever `html` holds.'),
  html: z
    .string()
    .max(LIMITS.htmlBytes)
    .optional()
    .describe('Made harmless at deposit: no scripts, nothing fetched from elsewhere.'),
  language: z.string().max(35).optional().describe('BCP 47 tag of subject and text.'),
  attachments: z
    .array(
      z.strictObject({
        name: z.string().max(LIMITS.fileName),
        type: z.string().max(LIMITS.name).describe('What the sender calls it; what it is, is found from its bytes.'),
        data: z.string().max(BASE64_OF_20_MB).describe('Base64 with padding (RFC 4648, section 4).'),
      }),
    )
    .max(LIMITS.attachments)
    .optional(),
})

export type MessageJson = z.infer<typeof MESSAGE_JSON>

/**
 * Turns JSON of the right shape into a message; attachments are decoded.
 *
 * @param at - JSON pointer to where it stands, for the errors.
 * @throws PortalError `invalid` when an attachment is not base64.
 */
export function toMessage(json: MessageJson, at: string): DepositMessage {
  const { from, subject, text, html, language, attachments } = json
  return {
    from: from ?? null,
    subject,
    text,
    html: html ?? null,
    language: language ?? null,
    attachments: (attachments ?? []).map(({ name, type, data }, i) => ({
      name: name.normalize('NFC'),
      type,
      bytes: decodeBase64(data, `${at}/attachments/${i}/data`),
    })),
  }
}

/** One way to write each file: what does not come back the same was not base64. */
function decodeBase64(text: string, at: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') === text) return bytes
  throw new PortalError('invalid', 'An attachment is not base64.', {
    fields: [{ field: at, problem: 'Give the bytes as base64 with padding (RFC 4648, section 4).' }],
  })
}

/**
 * What JSON must look like, enforced.
 *
 * @param at - JSON pointer to where it stands, for the errors.
 * @throws PortalError `invalid`, with a pointer to each field that is wrong; a field we do not know is wrong too.
 */
export function shaped<T>(shape: z.ZodType<T>, json: unknown, at = ''): T {
  const result = shape.safeParse(json)
  if (result.success) return result.data
  const fields = result.error.issues.flatMap(issue => fieldErrors(issue, at))
  throw new PortalError('invalid', 'Some fields are not right.', { fields: fields.slice(0, MAX_FIELDS_TOLD) })
}

const MAX_FIELDS_TOLD = 50

function fieldErrors(issue: z.core.$ZodIssue, at: string): FieldError[] {
  const path = at + pointer(issue.path)
  if (issue.code !== 'unrecognized_keys') return [{ field: path, problem: `${issue.message.replace(/^Invalid input: /, '')}.` }]
  return issue.keys.map(key => ({ field: `${path}${pointer([key])}`, problem: 'This field is not known here.' }))
}

/** RFC 6901. Keys come from the sender: cut, so that an error is never longer than what caused it. */
const pointer = (path: PropertyKey[]): string =>
  path.map(step => `/${String(step).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
