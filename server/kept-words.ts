import { MAX_DRAFT_TEXT, mayKeepDraft } from './draft.ts'
import { freshDraft } from './own-draft.ts'
import type { Parts } from './parts.ts'
import type { Reader } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import { days, type Instant } from './time.ts'

/** A page is open no longer than the longest session, and somewhat more. */
const TICKET_GOOD = days(1)

/** What proves that a page was shown to this reader, and when. */
export function ticketFor(tx: Tx, reader: Reader, message: string, now: Instant): string {
  return `${now}.${tx.drafts.ticket(message, reader.person.id, now)}`
}

/**
 * Keeps what was typed on a page whose session has ended, for its recipient to find when they are signed in again. Whoever sends it has
 * shown nothing but that page: it is put beside the draft, changes no word of it, and is sent by nobody but the recipient who has read it.
 *
 * @param ticket - of that page.
 * @returns whether it is kept; the same `false` for whatever is wrong with the ticket.
 */
export async function keepWords(
  { store, clock }: Pick<Parts, 'store' | 'clock'>,
  id: string,
  ticket: string,
  text: string,
): Promise<boolean> {
  const typed = text.replace(/\r\n?/g, '\n')
  const [, at, word] = /^(\d{1,15})\.([\w-]{43})$/.exec(ticket) ?? []
  if (at === undefined || word === undefined || typed.trim() === '' || typed.length > MAX_DRAFT_TEXT) return false
  return store.transaction(async tx => {
    const now = clock()
    const message = await tx.messages.find(id)
    const isGood = tx.drafts.ticketFits(word, id, message?.recipient ?? '', Number(at))
    if (message === null || !isGood || Number(at) > now || now - Number(at) > TICKET_GOOD) return false
    if (!mayKeepDraft(message, message.recipient)) return false
    const before = (await tx.drafts.find(id)) ?? freshDraft(message, now)
    if (before.text !== typed) await tx.drafts.put({ ...before, aside: { text: typed, at: now }, savedAt: now })
    return true
  })
}
