import { PortalError } from './errors.ts'
import { newestOf } from './mailbox.ts'
import { awaitsConfirmation, isReadable, type Message, standingFor } from './message.ts'
import { messageLines } from './message-line.ts'
import type { Parts } from './parts.ts'
import { asActor, type Person } from './reader.ts'
import { secondsLeft, windowOf } from './sign-in/network-limit.ts'
import { type Reader, requireReader, type Visitor } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import { record } from './trail/entry.ts'
import type { KeptSearch, MessageLine, SearchResult } from './views.ts'

type StoreAndClock = Pick<Parts, 'store' | 'clock'>

/** Of what is looked for: characters and words. Of the mailbox: messages and characters looked through, messages shown. */
const SEARCH_LIMITS = { length: 100, words: 8, messages: 500, characters: 2_000_000, found: 50 } as const
/**
 * Searches a minute of one person, each asked for and then shown: of a full mailbox, one keeps the portal busy for about 125 ms. Nobody
 * who reads what was found comes near it.
 */
const SEARCHES_A_MINUTE = 10
/** So many messages are opened before others have their turn; letters of the largest size weigh 18 MB together. */
const TOGETHER = 25

/**
 * Messages of the reader's own mailbox that hold all of these words, newest first: in the subject and the sender's name as the list shows
 * them, and in the text of what they have opened. An unopened message is searched by no more than its line in the list tells, and nothing
 * is opened. That they searched is in the trail before anything is read; their words are nowhere.
 *
 * @param words - accents and capitals do not count; parts of words do.
 * @throws PortalError `invalid` when there is nothing to look for, or too much; `too_many_requests`, and then nothing is looked at.
 */
export async function searchMessages(parts: StoreAndClock, visitor: Visitor, words: string): Promise<SearchResult> {
  const reader = requireReader(visitor)
  const wanted = wordsOf(words)
  await recordSearch(parts, reader)
  const lines: MessageLine[] = []
  let [looked, read] = [0, 0]
  for await (const some of newestOf(parts, reader, { most: SEARCH_LIMITS.messages, atOnce: TOGETHER }, searchable)) {
    for (const { line, said } of some) {
      const text = folded(said)
      if (holdsAll(text, wanted)) lines.push(line)
      read += text.length
      looked += 1
      // Not after all of them: some characters become eighteen when they are folded.
      if (isEnough(lines, read)) break
    }
    if (isEnough(lines, read)) break
  }
  const isMore = isEnough(lines, read) || looked >= SEARCH_LIMITS.messages
  return { lines: lines.slice(0, SEARCH_LIMITS.found), looked, isMore }
}

const isEnough = (lines: MessageLine[], read: number): boolean =>
  lines.length > SEARCH_LIMITS.found || read > SEARCH_LIMITS.characters

/**
 * Keeps what is looked for, so that the page that tells what was found has an address without it, and can be come back to. One search a
 * session, the last; it is sealed, and goes when the session goes.
 *
 * @throws PortalError `invalid` when there is nothing to look for, or too much; `too_many_requests`.
 */
export async function keepSearch({ store, clock }: StoreAndClock, visitor: Visitor, words: string): Promise<void> {
  const { tokenHash, person } = requireReader(visitor)
  wordsOf(words)
  await store.transaction(async tx => {
    await countSearch(tx, person, clock())
    await tx.signIn.sessions.keepSearch(tokenHash, words)
  })
}

/** What this session looked for last, and what is found by it now; null when it has not looked for anything. */
export async function keptSearch(parts: StoreAndClock, visitor: Visitor): Promise<KeptSearch | null> {
  const { tokenHash } = requireReader(visitor)
  const words = await parts.store.read(tx => tx.signIn.sessions.keptSearch(tokenHash))
  return words === null ? null : { words, found: await searchMessages(parts, visitor, words) }
}

function wordsOf(text: string): string[] {
  const wrong = (problem: string) =>
    new PortalError('invalid', 'We cannot look for this.', { fields: [{ field: 'words', problem }] })
  if (text.length > SEARCH_LIMITS.length) throw wrong(`Use at most ${SEARCH_LIMITS.length} characters.`)
  const words = [...new Set(folded(text).split(' '))].filter(word => word !== '')
  if (words.length === 0) throw wrong('Write a word to look for.')
  if (words.length > SEARCH_LIMITS.words) throw wrong(`Use at most ${SEARCH_LIMITS.words} words.`)
  return words
}

/** Letters that Unicode does not take apart into a plain one and a mark. */
const PLAIN: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' }

/**
 * Without capitals and accents, and with one space between words, so that “RESUMÉ” is found by “resume”. Marks that stand alone go first:
 * to put a letter of nothing else into order takes as long as the square of them, five seconds for a hundred thousand.
 */
export const folded = (text: string): string =>
  text
    .replaceAll(/\p{M}/gu, '')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ßæœøłđðþı]/g, letter => PLAIN[letter]!)
    .replaceAll(/\s+/g, ' ')

const holdsAll = (text: string, words: string[]): boolean => words.every(word => text.includes(word))

const recordSearch = ({ store, clock }: StoreAndClock, reader: Reader): Promise<number> =>
  store.transaction(async tx => {
    const now = clock()
    await countSearch(tx, reader.person, now)
    const { organization, id: object } = reader.person
    return record(tx, now, { ...asActor(reader), organization, action: 'mailbox.searched', object })
  })

/** Counts for the person, whichever of their sessions and of the portal's processes it is. */
async function countSearch(tx: Tx, { id }: Reader['person'], now: Instant): Promise<void> {
  if ((await tx.signIn.networks.count(`search ${id}`, windowOf(now))) <= 2 * SEARCHES_A_MINUTE) return
  throw new PortalError('too_many_requests', 'There were many searches in a short time. Please wait a minute and try again.', {
    retryAfterSeconds: secondsLeft(now),
  })
}

/** Each message beside all that may be searched of it. What waits for its sender's check is not among them. */
async function searchable(tx: Tx, person: Person, all: Message[], now: Instant): Promise<{ line: MessageLine; said: string }[]> {
  const messages = all.filter(message => !awaitsConfirmation(message, person.recipient) || message.openedAt !== null)
  const readable = messages.filter(message => isReadable(message, standingFor(person.recipient.id, message, now)))
  const lines = await messageLines(tx, person, messages, now)
  const texts = await tx.messages.texts(readable)
  return lines.map(line => ({ line, said: [line.subject ?? '', line.from, texts.get(line.id) ?? ''].join(' ') }))
}
