import type { Shown } from '../server/mailbox.ts'

/** The filters of the list, in the order in which they stand. */
export const SHOWN = ['all', 'new', 'files', 'over'] as const satisfies Shown[]

/** What of a mailbox an address asks for. */
export interface Wish {
  show: Shown
  /** A message of the sender whose messages are wanted. */
  from: string | null
  after: string | null
}

/** A filter there is not shows everything: the address was typed, or is an old one. */
export function mailboxWish(query: URLSearchParams): Wish {
  const show = SHOWN.find(one => one === query.get('show')) ?? 'all'
  return { show, from: query.get('from'), after: query.get('after') }
}
