/** What a recipient must know to prove that they are the person meant: a code the sender handed over, or their date of birth. */
export interface Activation {
  kind: 'code' | 'birth_date'
  answer: string
}

const MAX_CODE_LENGTH = 40
// 6 characters of letters and digits, behind limited tries: as strong as a mailbox code at the least.
const MIN_CODE_CHARACTERS = 6

/**
 * The form in which answers are kept and compared. People type codes in capitals or small, with or without the hyphens of the letter
 * they read them from. Both sides go through here: the deposit, and the person who answers.
 */
export const normalizeActivationAnswer = ({ kind, answer }: Activation): string =>
  kind === 'birth_date' ? answer.trim() : answer.replace(/[\s-]/g, '').toUpperCase()

/** What is wrong with a check as a sender asks for it; null when nothing is. */
export function activationProblem(activation: Activation): string | null {
  const { kind, answer } = activation
  if (kind === 'birth_date') return isDate(answer) ? null : 'Give the date of birth as YYYY-MM-DD.'
  const isCode = answer.length <= MAX_CODE_LENGTH && /^[A-Za-z0-9 -]+$/.test(answer)
  return isCode && normalizeActivationAnswer(activation).length >= MIN_CODE_CHARACTERS
    ? null
    : 'Use 6 to 40 letters and digits; spaces and hyphens do not count.'
}

function isDate(text: string): boolean {
  if (!/^(?:19|20)\d\d-\d\d-\d\d$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
