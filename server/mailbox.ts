import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Message, standingFor } from './message.ts'
import { messageLines } from './message-line.ts'
import type { Parts } from './parts.ts'
import { type Person, personBehind } from './reader.ts'
import { type Reader, requireReader, type Visitor } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import type { MailboxPage, MessageLine, SenderLine } from './views.ts'

type StoreAndClock = Pick<Parts, 'store' | 'clock'>

/** Which messages of a mailbox are wanted. `over`: their time is over, or they were taken back, or are no longer kept. */
export type Shown = 'all' | 'new' | 'files' | 'over'

export interface MailboxWish {
  /** Id of the last message seen. */
  after?: string | undefined
  limit: number
  show?: Shown | undefined
  /** Messages from whoever wrote this one: in an address, an id tells nothing, and a doctor's name much. */
  from?: string | undefined
}

const PAGE = 50
/** So many messages one page looks at when few of them are wanted; the next page goes on from there. */
const LOOKED_AT = 1_000
const BATCH = 100
/** Who has written is gathered from this many of the newest messages. */
const WITH_SENDERS = 500
const MOST_SENDERS = 30

/**
 * The reader's mailbox, newest first, at most 50 a page. Subjects are told only of what may still be read. Where few messages are
 * wanted, a page may hold less than it could, and `next` says where to look on.
 */
export async function listMessages({ store, clock }: StoreAndClock, visitor: Visitor, wish: MailboxWish): Promise<MailboxPage> {
  const reader = requireReader(visitor)
  const limit = Math.min(Math.max(1, Math.trunc(wish.limit) || PAGE), PAGE)
  return store.read(async tx => {
    const now = clock()
    const person = await personBehind(tx, reader)
    const show = wish.show ?? 'all'
    const from = wish.from === undefined ? null : await shownSender(tx, person, wish.from, now)
    const wanted = show === 'all' && from === null ? null : { show, from }
    return { ...(await page(tx, person, wanted, { after: wish.after, limit }, now)), from }
  })
}

interface Wanted {
  show: Shown
  from: string | null
}

/** Fills a page with what is wanted of what is there for this reader, however many others lie between. */
async function page(
  tx: Tx,
  person: Person,
  wanted: Wanted | null,
  { after, limit }: { after: string | undefined; limit: number },
  now: Instant,
): Promise<Omit<MailboxPage, 'from'>> {
  const found: MessageLine[] = []
  const atOnce = wanted === null ? limit + 1 : BATCH
  let cursor = after
  for (let looked = 0; found.length <= limit; looked += atOnce) {
    if (wanted !== null && looked >= LOOKED_AT) return { lines: found, next: cursor ?? null }
    const rows = await tx.messages.listForRecipient(person.recipient.id, { after: cursor, limit: atOnce })
    const fitting = wanted === null ? rows : rows.filter(row => fits(wanted.show, person, row, now))
    const lines = await messageLines(tx, person, fitting, now)
    found.push(...(wanted?.from == null ? lines : lines.filter(line => isFrom(line, wanted.from))))
    if (rows.length < atOnce) break
    cursor = rows.at(-1)!.id
  }
  const lines = found.slice(0, limit)
  return { lines, next: found.length > limit ? lines.at(-1)!.id : null }
}

function fits(show: Shown, { recipient }: Person, message: Message, now: Instant): boolean {
  const standing = standingFor(recipient.id, message, now)
  if (show === 'new') return standing === 'waiting' && message.direction === 'to_recipient'
  if (show === 'files') return message.attachmentCount > 0 && (standing === 'waiting' || standing === 'opened')
  if (show === 'over') return standing === 'expired' || standing === 'retracted' || standing === 'disposed'
  return true
}

const isFrom = (line: MessageLine, from: string | null): boolean => line.direction === 'to_recipient' && line.from === from

/** As the list shows the sender of this message; null when it is not there for this reader. */
async function shownSender(tx: Tx, person: Person, id: string, now: Instant): Promise<string | null> {
  const message = await tx.messages.find(id)
  const [line] = message ? await messageLines(tx, person, [message], now) : []
  return line?.direction === 'to_recipient' ? line.from : null
}

/** Who has written to the reader lately, as the list shows them, each with one of their messages to find the others by. */
export async function listSenders(parts: StoreAndClock, visitor: Visitor): Promise<SenderLine[]> {
  const reader = requireReader(visitor)
  const senders = new Map<string, SenderLine>()
  for await (const lines of newestOf(parts, reader, { most: WITH_SENDERS, atOnce: BATCH }, messageLines)) {
    for (const { id, from, direction } of lines) {
      const known = senders.get(from)
      if (known) known.messages += 1
      else if (direction === 'to_recipient') senders.set(from, { name: from, message: id, messages: 1 })
    }
  }
  return [...senders.values()].slice(0, MOST_SENDERS)
}

/**
 * Looks through the newest messages of a mailbox, some at a time. They are read as they are at that moment, and others have their turn in
 * between.
 *
 * @param look - what is made of those that are read together, in the transaction that found them.
 */
export async function* newestOf<T>(
  { store, clock }: StoreAndClock,
  reader: Reader,
  { most, atOnce }: { most: number; atOnce: number },
  look: (tx: Tx, person: Person, messages: Message[], now: Instant) => Promise<T>,
): AsyncGenerator<T, void, undefined> {
  let after: string | undefined
  for (let looked = 0; looked < most; looked += atOnce) {
    const { messages, made } = await store.read(async tx => {
      const messages = await tx.messages.listForRecipient(reader.person.id, { after, limit: atOnce })
      return { messages, made: await look(tx, await personBehind(tx, reader), messages, clock()) }
    })
    yield made
    if (messages.length < atOnce) return
    after = messages.at(-1)!.id
    await nextTurn()
  }
}
