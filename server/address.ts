import { domainToASCII } from 'node:url'

// RFC 5321, section 4.5.3.1: 64 octets before the @, 254 for the whole path without its angle brackets.
const MAX_LOCAL = 64
const MAX_ADDRESS = 254
/** Dot-atoms of RFC 5322 and nothing else: no quoted strings, no comments, no routes, for these hide a second address. */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
/** Asked before letters are made small: the Kelvin sign becomes a plain k, and another mailbox than the one that was written. */
const ASCII = /^[\x21-\x7e]+$/
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * One plain e-mail address in the form in which addresses are kept and compared: lower case, the domain in its ASCII form.
 *
 * Upper case before the @ is given up on purpose: no mail service of weight tells `Ada@` from `ada@`, and two mailboxes for one person
 * would split their messages.
 *
 * @returns null when it is not exactly one plain address with a domain of at least two labels.
 */
export function normalizeAddress(typed: string): string | null {
  if (typed.length > 4 * MAX_ADDRESS) return null
  const trimmed = typed.replace(/^ +| +$/g, '')
  const at = trimmed.lastIndexOf('@')
  if (at < 1) return null
  if (!ASCII.test(trimmed.slice(0, at))) return null
  const local = trimmed.slice(0, at).toLowerCase()
  const domain = asciiDomain(trimmed.slice(at + 1))
  if (domain === null || local.length > MAX_LOCAL || !LOCAL.test(local)) return null
  const address = `${local}@${domain}`
  return address.length <= MAX_ADDRESS ? address : null
}

export const isPlainAddress = (text: string): boolean => normalizeAddress(text) !== null

function asciiDomain(typed: string): string | null {
  // domainToASCII drops tabs and newlines and reads '%41' as 'A': what is not a letter, digit, dot or hyphen must not reach it.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(typed)) return null
  const domain = domainToASCII(typed).toLowerCase()
  const labels = domain.split('.')
  const last = labels.at(-1) ?? ''
  if (labels.length < 2 || !labels.every(label => LABEL.test(label)) || !/[a-z]/.test(last)) return null
  return domain
}
