import { type Activation, activationProblem } from './activation.ts'
import { isPlainAddress, normalizeAddress } from './address.ts'
import type { FieldError } from './errors.ts'
import { PortalError } from './errors.ts'
import type { FileUpload, ReceivedFile } from './file-upload.ts'
import { bodyProblem, fileNameProblem, languageTag, lineProblem } from './plain-text.ts'
import { addYears, isRetentionClass, RETENTION_YEARS } from './retention.ts'
import type { Instant } from './time.ts'

/** A deposit as asked for, understood and checked (api/deposits.ts reads it from JSON, the compose page from a form). */
export interface DepositRequest {
  recipients: DepositRecipient[]
  /** What is deposited: in the clear over TLS, or sealed to one of our keys (the text of a compact JWE, as bytes). */
  content: { kind: 'message'; message: DepositMessage } | { kind: 'jwe'; jwe: Uint8Array }
  expiresAt: Instant | null
  retention: string | null
  replyAllowed: boolean
  confidential: boolean
  thread: string | null
  reference: string | null
  fallbackReason: string | null
  /** Files that came beside the content, as parts of a form; they follow its own attachments. */
  files?: ReceivedFile[] | undefined
}

export interface DepositRecipient {
  email: string
  name: string
  language: string | null
  activation: Activation | null
}

export interface DepositMessage {
  from: { name: string; email?: string | undefined } | null
  subject: string
  text: string
  html: string | null
  language: string | null
  attachments: FileUpload[]
}

/** What a deposit may hold, in characters unless the name says otherwise. Published in the API's description. */
export const LIMITS = {
  recipients: 50,
  name: 100,
  subject: 200,
  textBytes: 200_000,
  htmlBytes: 500_000,
  attachments: 20,
  attachmentBytes: 20 * 1024 * 1024,
  /** Each recipient gets a sealed copy of their own: what all copies weigh together. */
  copiesBytes: 100 * 1024 * 1024,
  fileName: 150,
  reference: 100,
  fallbackReason: 40,
  address: 254,
} as const

/**
 * Checks what stands outside of the content: for whom, until when, under which rules.
 *
 * @throws PortalError `invalid`, with every field that is wrong as a JSON pointer into the API's request.
 */
export function checkRequest(request: DepositRequest, now: Instant): void {
  refuseIfAny([
    ...checkRecipients(request.recipients),
    ...field('/expiresAt', expiryProblem(request.expiresAt, now)),
    ...field('/retention', retentionProblem(request.retention)),
    ...field('/reference', request.reference === null ? null : lineProblem(request.reference, LIMITS.reference)),
    ...field('/fallbackReason', fallbackReasonProblem(request.fallbackReason)),
  ])
}

/**
 * Checks the content, once it is in the clear, and the files that came beside it.
 *
 * @param files - beside the message's own attachments.
 * @param at - where it stands in the request: `/message`, or `/content` when it came sealed.
 * @param copies - how many recipients get one.
 * @throws PortalError `invalid`; `too_large` when the attachments weigh too much together.
 */
export function checkMessage(message: DepositMessage, files: ReceivedFile[], at: string, copies: number): void {
  const { from, html, language, attachments } = message
  const count = attachments.length + files.length
  refuseIfAny([
    ...(from === null ? [] : field(`${at}/from/name`, lineProblem(from.name, LIMITS.name))),
    ...(from?.email === undefined ? [] : field(`${at}/from/email`, addressProblem(from.email))),
    ...field(`${at}/subject`, lineProblem(message.subject, LIMITS.subject)),
    ...field(`${at}/text`, bodyProblem(message.text, LIMITS.textBytes)),
    ...(html === null ? [] : field(`${at}/html`, bodyProblem(html, LIMITS.htmlBytes))),
    ...field(`${at}/language`, languageProblem(language)),
    ...field(`${at}/attachments`, count > LIMITS.attachments ? `Attach at most ${LIMITS.attachments} files.` : null),
    ...attachments.flatMap((file, i) => field(`${at}/attachments/${i}/name`, fileNameProblem(file.name, LIMITS.fileName))),
    ...files.flatMap((file, i) => field(`/files/${i}/name`, fileNameProblem(file.name, LIMITS.fileName))),
  ])
  checkWeight([...attachments, ...files], copies)
}

/** Of a staged file all recipients share one sealed copy, outside of memory and database: it counts for nothing here. */
function checkWeight(files: ReceivedFile[], copies: number): void {
  const bytes = files.reduce((sum, file) => sum + ('staged' in file ? 0 : file.bytes.length), 0)
  if (bytes > LIMITS.attachmentBytes) throw new PortalError('too_large', 'Attachments may hold at most 20 MB together.')
  if (bytes * copies > LIMITS.copiesBytes) {
    throw new PortalError('too_large', 'Attachments for so many recipients weigh more than 100 MB. Deposit for fewer at a time.')
  }
}

function checkRecipients(recipients: DepositRecipient[]): FieldError[] {
  if (recipients.length === 0) return field('/recipients', 'Name at least one recipient.')
  if (recipients.length > LIMITS.recipients) return field('/recipients', `Name at most ${LIMITS.recipients} recipients.`)
  const seen = new Set<string | null>()
  return recipients.flatMap((recipient, i) => {
    const at = `/recipients/${i}`
    const address = normalizeAddress(recipient.email)
    const repeated = address !== null && seen.has(address)
    seen.add(address)
    return [
      ...field(`${at}/email`, repeated ? 'This address stands here twice.' : addressProblem(recipient.email)),
      ...field(`${at}/name`, lineProblem(recipient.name, LIMITS.name)),
      ...field(`${at}/language`, languageProblem(recipient.language)),
      ...field(`${at}/activation`, recipient.activation === null ? null : activationProblem(recipient.activation)),
    ]
  })
}

/** Why a message may not expire at this moment; null when it may. */
export function expiryProblem(expiresAt: Instant | null, now: Instant): string | null {
  if (expiresAt === null) return null
  if (!Number.isSafeInteger(expiresAt)) return 'Give a date and time such as 2026-12-21T17:00:00-05:00.'
  if (expiresAt <= now) return 'Choose a moment in the future.'
  return expiresAt > addYears(now, 1) ? 'Choose a moment within a year from now.' : null
}

const retentionProblem = (retention: string | null): string | null =>
  retention === null || isRetentionClass(retention) ? null : `Use one of: ${Object.keys(RETENTION_YEARS).join(', ')}.`

/** A single word: it is kept in the clear and counted, so nothing about a person fits in. */
const fallbackReasonProblem = (reason: string | null): string | null =>
  reason === null || (reason.length <= LIMITS.fallbackReason && /^[a-z0-9_]+$/.test(reason))
    ? null
    : 'Use one word of small letters, digits and underscores, such as no_tls.'

const addressProblem = (address: string): string | null =>
  isPlainAddress(address) ? null : 'Give one plain e-mail address, such as ada@example.com.'

const languageProblem = (language: string | null): string | null =>
  language === null || languageTag(language) !== null ? null : 'Use a language tag such as en or pt-BR.'

const field = (pointer: string, problem: string | null): FieldError[] => (problem === null ? [] : [{ field: pointer, problem }])

function refuseIfAny(fields: FieldError[]): void {
  if (fields.length > 0) throw new PortalError('invalid', 'Some fields of the deposit are not right.', { fields })
}
