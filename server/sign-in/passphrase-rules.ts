import { COMMON_PASSPHRASES } from './common-passphrases.ts'

// SP 800-63B-4, section 3.1.1.2: 8 at least as one of two factors, 64 at least allowed, no rules of composition, a blocklist.
const SHORTEST = 8
const LONGEST = 256

/** Words that are easy to guess for one person. */
export interface Guessable {
  address: string
  name: string
  organization: string
}

/**
 * What is wrong with a passphrase somebody chooses, in a sentence that says how to put it right; null when nothing is.
 * Characters are counted as people see them written: code points after NFC.
 */
export function passphraseProblem(passphrase: string, about: Guessable): string | null {
  // Before it is put into order, which takes as long as the square of the marks that stand together.
  if (isOverlong(passphrase)) return `Use at most ${LONGEST} characters.`
  const characters = [...passphrase.normalize('NFC')].length
  if (characters < SHORTEST) return `Use at least ${SHORTEST} characters. Four or more words work well.`
  if (characters > LONGEST) return `Use at most ${LONGEST} characters.`
  return isGuessable(passphrase, about)
    ? 'Many people use this one, or it is easy to guess. Choose another. Four or more words work well.'
    : null
}

/** Whether it is too long to be anybody's, so that no work need be done on it. */
export const isOverlong = (passphrase: string): boolean => passphrase.length > 2 * LONGEST

function isGuessable(passphrase: string, { address, name, organization }: Guessable): boolean {
  const plain = plainForm(passphrase)
  const word = plain.replace(/[^\p{L}]+$/u, '') // the year or mark at the end hides nothing from those who guess
  const own = [address, address.split('@')[0]!, ...name.split(' '), name, organization, 'restante', 'restante restante'].map(
    plainForm,
  )
  return (
    COMMON_PASSPHRASES.has(plain) || COMMON_PASSPHRASES.has(word) || own.includes(plain) || own.includes(word) || isRun(plain)
  )
}

const plainForm = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, '')

const RUNS = [
  'abcdefghijklmnopqrstuvwxyz'.repeat(2),
  '01234567890123456789',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
]

/** One piece over and over (`abababab`, `passwordpassword`), or a run along the alphabet, the digits or a row of keys. */
function isRun(plain: string): boolean {
  // What goes on like this begins with what is left of it when its first piece is taken away.
  const isRepeated = Array.from({ length: Math.floor(plain.length / 2) }).some((_, i) => plain.startsWith(plain.slice(i + 1)))
  const backwards = [...plain].reverse().join('')
  return isRepeated || RUNS.some(run => run.includes(plain) || run.includes(backwards))
}
