import type { DepositRecipient, DepositRequest } from '../server/deposit-request.ts'
import type { Staff } from '../server/sign-in/visitor.ts'
import type { Instant } from '../server/time.ts'
import type { FileUpload } from '../server/views.ts'
import { endOfDay } from './language/moment.ts'
import { refusal } from './refusal.ts'

/** The fields of the compose page. */
export const COMPOSE_FIELDS = {
  email: 'line',
  name: 'line',
  check: 'line',
  activationCode: 'line?',
  birthDate: 'line?',
  subject: 'line',
  text: 'text',
  files: 'files',
  until: 'line?',
  language: 'line',
  replyAllowed: 'yes',
  form_id: 'line?',
} as const

interface Answers {
  email: string
  name: string
  check: string
  activationCode: string
  birthDate: string
  subject: string
  text: string
  files: FileUpload[]
  until: string
  language: string
  replyAllowed: boolean
}

/** What a provider asks to be deposited by the compose page. @throws PortalError `invalid` when the check or the day is half filled in */
export function depositRequest(answers: Answers, staff: Staff): DepositRequest {
  const { email, name, subject, text, language, files, until, replyAllowed } = answers
  return {
    recipients: [{ email, name, language, activation: activation(answers) }],
    content: {
      kind: 'message',
      message: { from: { name: staff.name }, subject, text, html: null, language, attachments: files },
    },
    expiresAt: until === '' ? null : lastMinuteOf(until, staff.timeZone),
    retention: null,
    replyAllowed,
    confidential: false,
    thread: null,
    reference: null,
    fallbackReason: null,
  }
}

function activation({ check, activationCode, birthDate }: Answers): DepositRecipient['activation'] {
  if (check === 'code') return { kind: 'code', answer: filled('activationCode', activationCode) }
  if (check === 'birth_date') return { kind: 'birth_date', answer: filled('birthDate', birthDate) }
  return null
}

function filled(field: string, value: string): string {
  if (value === '') throw refusal('invalid', 'Something is missing.', [{ field, problem: 'Fill in this field.' }])
  return value
}

/** The last minute of a day, by the clock of whoever chose it. @throws PortalError `invalid` when it is no day */
export function lastMinuteOf(day: string, timeZone: string): Instant {
  const at = endOfDay(day, timeZone)
  if (at === null) throw refusal('invalid', 'This is no day.', [{ field: 'until', problem: 'Choose a day.' }])
  return at
}
