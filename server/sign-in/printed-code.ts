import { randomInt } from 'node:crypto'

const HOW_MANY = 10
const GROUPS = 3
const GROUP_LENGTH = 4
// Crockford's base 32: what may be misread for one another on paper is the same character.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Ten new codes such as `7K2M-9FXQ-4TD8`, 60 random bits each; shown once, kept as keyed hashes of {@link plainPrintedCode}. */
export const newPrintedCodes = (): string[] => Array.from({ length: HOW_MANY }, newPrintedCode)

/** One such code. */
export function newPrintedCode(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]!).join('')
  return Array.from({ length: GROUPS }, group).join('-')
}

/** A code as it was typed, in the one form in which codes are kept and compared. */
export const plainPrintedCode = (typed: string): string =>
  typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')

/** Whether it can be a printed code at all. */
export const looksLikePrintedCode = (plain: string): boolean => /^[0-9A-HJKMNP-TV-Z]{12}$/.test(plain)
