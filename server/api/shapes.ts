import { z } from 'zod'
import type { DepositRequest } from '../deposit-request.ts'
import { LIMITS } from '../deposit-request.ts'
import { MESSAGE_JSON, toMessage } from '../intake/message-json.ts'
import { RECEIPT_STAGES } from '../receipt.ts'
import { RETENTION_YEARS, type RetentionClass } from '../retention.ts'
import { LONGEST_NOTE, RETRACTION_REASONS } from '../retraction-order.ts'

// What goes in and out of the API, once: requests are checked by these, and the OpenAPI document is made from them.

const MOMENT = z.iso.datetime({ offset: true })
const MOMENT_OUT = z.iso.datetime()
const CODE = z.strictObject({ code: z.string().max(40) })
const BIRTH_DATE = z.strictObject({ birthDate: z.iso.date() })

const RECIPIENT = z.strictObject({
  email: z.string().max(LIMITS.address).describe('One plain address.'),
  name: z.string().max(LIMITS.name),
  language: z.string().max(35).optional().describe('BCP 47 tag: the language of the notice and of the pages.'),
  activation: z
    .union([CODE, BIRTH_DATE])
    .optional()
    .describe('What the person must know before they can read: keeps out whoever owns the mailbox but is not the person.'),
})

export const DEPOSIT = z
  .strictObject({
    recipients: z.array(RECIPIENT).min(1).max(LIMITS.recipients),
    message: MESSAGE_JSON.optional(),
    content: z
      .string()
      .optional()
      .describe(
        'Instead of `message`: a compact JWE (ECDH-ES+A256KW, A256GCM, P-256 or X25519) to a key of /.well-known/jwks.json, with its `kid` and ' +
          '`cty` application/vnd.restante.message+json; the plaintext is what `message` would hold.',
      ),
    expiresAt: MOMENT.optional().describe('After this the recipient can no longer read. In 30 days when absent; within a year.'),
    retention: z
      .enum(Object.keys(RETENTION_YEARS) as [RetentionClass, ...RetentionClass[]])
      .optional()
      .describe('How long the organization keeps the sealed message: clinical, 7 years; administrative, 6.'),
    replyAllowed: z.boolean().optional(),
    confidential: z.boolean().optional(),
    thread: z.string().max(40).optional().describe('Thread that this goes on; its recipients must be in it already.'),
    reference: z.string().max(LIMITS.reference).optional().describe("The sender's own name for the deposit."),
    fallbackReason: z
      .string()
      .max(LIMITS.fallbackReason)
      .optional()
      .describe('Why it was not sent as encrypted mail, in one word.'),
  })
  .refine(({ message, content }) => (message === undefined) !== (content === undefined), {
    message: 'Give either message or content',
    path: ['message'],
  })

export function toDepositRequest(deposit: z.infer<typeof DEPOSIT>): DepositRequest {
  const { message, content, expiresAt } = deposit
  return {
    recipients: deposit.recipients.map(({ email, name, language, activation }) => ({
      email,
      name,
      language: language ?? null,
      activation: toActivation(activation),
    })),
    content:
      message === undefined
        ? { kind: 'jwe', jwe: Buffer.from(content ?? '') }
        : { kind: 'message', message: toMessage(message, '/message') },
    expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
    retention: deposit.retention ?? null,
    replyAllowed: deposit.replyAllowed ?? true,
    confidential: deposit.confidential ?? false,
    thread: deposit.thread ?? null,
    reference: deposit.reference ?? null,
    fallbackReason: deposit.fallbackReason ?? null,
  }
}

function toActivation(given: z.infer<typeof RECIPIENT>['activation']): DepositRequest['recipients'][number]['activation'] {
  if (given === undefined) return null
  return 'code' in given ? { kind: 'code', answer: given.code } : { kind: 'birth_date', answer: given.birthDate }
}

export const BATCH_SIZE = 1_000
/** Each deposit is checked by itself, so that one that is wrong holds up none of the others. */
export const BATCH = z.strictObject({ deposits: z.array(z.unknown()).min(1).max(BATCH_SIZE) })

export const EXTENSION = z.strictObject({ expiresAt: MOMENT })

export const RETRACTION = z.strictObject({
  reason: z.enum(RETRACTION_REASONS),
  note: z.string().max(LONGEST_NOTE).optional().describe('Sealed; shown to nobody but the sender.'),
  messages: z.array(z.string().max(40)).min(1).max(LIMITS.recipients).optional().describe('Ids; every message when absent.'),
  tellRecipient: z
    .boolean()
    .optional()
    .describe('Whether a note without a subject stands where the message was. True when absent.'),
})

const STATE = z.enum(['waiting', 'opened', 'expired', 'retracted', 'disposed'])

export const DEPOSIT_ANSWER = z.strictObject({
  id: z.string(),
  reference: z.string().nullable(),
  thread: z.string(),
  createdAt: MOMENT_OUT,
  messages: z.array(
    z.strictObject({
      id: z.string(),
      recipient: z.string(),
      state: STATE,
      expiresAt: MOMENT_OUT,
      receipts: z.array(
        z.strictObject({
          id: z.string(),
          stage: z.enum(RECEIPT_STAGES),
          at: MOMENT_OUT,
          attachment: z.string().optional().describe('Name of the file that was fetched.'),
        }),
      ),
    }),
  ),
})

export const DEPOSIT_LIST = z.strictObject({ deposits: z.array(DEPOSIT_ANSWER), next: z.string().nullable() })

export const PROBLEM = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().optional(),
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).optional(),
  error: z.string().optional().describe('At the token endpoint alone: the code of RFC 6749, section 5.2.'),
})

export const BATCH_ANSWER = z.strictObject({ results: z.array(z.union([DEPOSIT_ANSWER, PROBLEM])) })

export const RETRACTION_ANSWER = z.strictObject({
  messages: z.array(
    z.strictObject({
      id: z.string(),
      state: STATE,
      wasOpened: z.boolean(),
      openedAt: MOMENT_OUT.nullable(),
      attachmentsFetched: z.array(z.string()),
    }),
  ),
})

export const NOTICES_ANSWER = z.strictObject({ queued: z.int() })

const REPLY_LINE = {
  id: z.string(),
  deposit: z.string(),
  thread: z.string(),
  from: z.string(),
  subject: z.string(),
  createdAt: MOMENT_OUT,
  isNew: z.boolean(),
}
export const REPLY_LIST = z.strictObject({
  replies: z.array(z.strictObject({ ...REPLY_LINE, attachmentCount: z.int() })),
  next: z.string().nullable(),
})
export const REPLY_ANSWER = z.strictObject({
  ...REPLY_LINE,
  fromAddress: z.string(),
  text: z.string(),
  language: z.string(),
  attachments: z.array(z.strictObject({ id: z.string(), name: z.string(), type: z.string(), size: z.int() })),
})

export const TOKEN_ANSWER = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  scope: z.string(),
})

export const JWKS_ANSWER = z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())) })

export const TOKEN_REQUEST = z.strictObject({
  grant_type: z.literal('client_credentials'),
  scope: z.string().optional().describe('Separated by spaces; every scope of the client when absent.'),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
})
