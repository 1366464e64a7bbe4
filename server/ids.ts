import { randomOf } from './random.ts'
import type { Instant } from './time.ts'

/** What an id names; the prefix stays on it for life, so that a log line or a support call says what it is about. */
export type IdPrefix =
  | 'org' // organization
  | 'cli' // client
  | 'stf' // member of staff
  | 'rcp' // recipient
  | 'dep' // deposit
  | 'msg' // message
  | 'thr' // thread
  | 'att' // attachment
  | 'evt' // receipt, as the sender sees it
  | 'fac' // factor
  | 'out' // letter in the outbox
  | 'ses' // session handle (not the token)
  | 'rec' // recovery of a lost way in, with a printed code
  | 'clm' // the same with a claim code from the desk
  | 'hld' // legal hold
  | 'drf' // draft
  | 'bak' // backup
  | 'inc' // incident number

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz' // Crockford's base 32: no i, l, o, u to misread on the telephone
const TIME_CHARACTERS = 10 // 50 bits of milliseconds: lasts beyond the year 37000
const RANDOM_BYTES = 10 // 80 bits: cannot be guessed, cannot collide in practice

/**
 * A new id such as `msg_01k9z3…`: sorts by time of creation, and cannot be guessed.
 *
 * @param now - supplies the sortable half; 80 random bits are the other.
 */
export function newId<P extends IdPrefix>(prefix: P, now: Instant): `${P}_${string}` {
  return `${prefix}_${base32Time(now)}${base32(randomOf(RANDOM_BYTES))}`
}

/** 32 random bytes as base64url: for locators, session tokens, API keys, invitations. */
export const newSecret = (): string => Buffer.from(randomOf(32)).toString('base64url')

function base32Time(now: Instant): string {
  let rest = now
  let text = ''
  for (let i = 0; i < TIME_CHARACTERS; i++) {
    text = ALPHABET[rest % 32] + text
    rest = Math.floor(rest / 32)
  }
  return text
}

/** Five bits a character; the bytes come in fives, so that nothing is left over. */
function base32(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 5) {
    // Forty bits at once are more than the operators on bits take.
    const [high, low] = [bytes[i]! * 16 + (bytes[i + 1]! >> 4), ((bytes[i + 1]! & 15) << 24) | uint24(bytes, i + 2)]
    for (const shift of [7, 2]) text += ALPHABET[(high >> shift) & 31]
    text += ALPHABET[((high & 3) << 3) | (low >> 25)]
    for (const shift of [20, 15, 10, 5, 0]) text += ALPHABET[(low >> shift) & 31]
  }
  return text
}

const uint24 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
