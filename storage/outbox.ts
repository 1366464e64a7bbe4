import { sql } from 'kysely'
import { isPortalError } from '../server/errors.ts'
import type { Letter, LetterContent, LetterKind, LetterState, SettledLetter } from '../server/outbox.ts'
import type { Outbox } from '../server/store.ts'
import { inBatches } from './batches.ts'
import { prepared } from './prepared.ts'
import type { LetterRow } from './schema.ts'
import type { Work } from './work.ts'

/** States in which a letter is still to be sent. */
const OPEN = ['queued', 'deferred'] as const satisfies LetterState[]
const isOpen = (state: string): boolean => OPEN.some(open => open === state)

/** What a letter says once it is settled: nothing. Its sealed content is destroyed. */
const NOTHING: LetterContent = { to: '', language: '', values: {} }

export function outbox({ db, parts }: Work): Outbox {
  const answers = (rows: readonly LetterRow[]) => parts.findMany<string>(rows.map(row => place(row, 'answer')))

  const opened = async (rows: readonly LetterRow[]): Promise<Letter[]> => {
    const contents = await parts.getMany<LetterContent>(rows.filter(row => isOpen(row.state)).map(row => place(row, 'content')))
    const last = await answers(rows)
    return rows.map(row => toLetter(row, contents.get(row.id) ?? NOTHING, last.get(row.id) ?? null))
  }

  /** One letter that does not verify must not keep every other from being sent: it comes without its content. */
  const openedEach = async (rows: readonly LetterRow[]): Promise<Letter[]> => {
    const letters: Letter[] = []
    for (const row of rows) letters.push((await opened([row]).catch(error => [withoutContent(row, error)]))[0]!)
    return letters
  }

  const settleAlike = async (claimedUntil: number, letters: readonly SettledLetter[]) => {
    const [{ state, at, nextAttemptAt }] = letters as [SettledLetter]
    const settled = isOpen(state) ? {} : { settled_at: at }
    const later = nextAttemptAt === undefined ? {} : { next_attempt_at: nextAttemptAt }
    const ids = letters.map(({ id }) => id)
    return (await change(db, { ids, claimedUntil, set: { state, claimed_until: null, ...settled, ...later } })).rows
  }

  return {
    async add({ content, ...letter }) {
      const row = {
        ...{
          id: letter.id,
          organization: letter.organization,
          kind: letter.kind,
          message: letter.message,
          recipient: letter.recipient ?? null,
        },
        ...{ state: 'queued', attempts: 0, message_id_header: letter.messageIdHeader },
        ...{ created_at: letter.createdAt, next_attempt_at: letter.nextAttemptAt, claimed_until: null, settled_at: null },
      }
      await insert(db, { row })
      await parts.add(place(letter, 'content'), content)
    },

    async claim(now, leaseUntil, limit) {
      const { rows: claimed } = await claim(db, { now, leaseUntil, limit })
      const inOrder = claimed.sort((one, other) => one.next_attempt_at - other.next_attempt_at || (one.id < other.id ? -1 : 1))
      return opened(inOrder).catch(() => openedEach(inOrder))
    },

    async settle(claimedUntil, letters) {
      const held = (await Promise.all(alike(letters).map(some => settleAlike(claimedUntil, some)))).flat()
      const over = letters.filter(({ id, state }) => !isOpen(state) && held.some(row => row.id === id)).map(({ id }) => id)
      await parts.removeAll(over)
      for (const { id, answer } of letters) {
        const row = held.find(one => one.id === id)
        if (!row) continue
        if (over.includes(id)) await parts.add(place(row, 'answer'), answer)
        else await parts.put(place(row, 'answer'), answer)
      }
      return new Set(held.map(({ id }) => id))
    },

    async putBack(id, claimedUntil, until) {
      return (await putBack(db, { id, claimedUntil, until })).rows.length === 1
    },

    async find(id) {
      const row = await db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? ((await opened([row]))[0] ?? null) : null
    },

    async ofMessages(messages) {
      const found = await inBatches(messages, async some => (await ofMessages(db, { messages: some })).rows)
      const rows = found.sort((one, other) => (one.id < other.id ? -1 : 1))
      const last = await answers(rows)
      return rows.map(row => toLetter(row, NOTHING, last.get(row.id) ?? null))
    },

    async cancelForMessages(messages, at, but) {
      const cancelled = await inBatches(messages, async some => (await cancel(db, { messages: some, at, but })).rows)
      await parts.removeAll(
        cancelled.map(({ id }) => id),
        'content',
      )
      const letters = new Map<string, number>()
      for (const { message } of cancelled) if (message !== null) letters.set(message, (letters.get(message) ?? 0) + 1)
      return letters
    },

    async oldestDue(now) {
      const due = db.selectFrom('outbox').select('next_attempt_at').where(isStillOpen).where('next_attempt_at', '<=', now)
      return (await due.orderBy('next_attempt_at').limit(1).executeTakeFirst())?.next_attempt_at ?? null
    },

    async lastNudge(recipient, kind) {
      const sent = db.selectFrom('outbox').select('created_at').where('recipient', '=', recipient).where(nudges)
      const last = sent.where('kind', '=', kind).where('state', '<>', 'cancelled').orderBy('created_at', 'desc')
      return (await last.limit(1).executeTakeFirst())?.created_at ?? null
    },

    async noticeTimes(recipients, since) {
      const rows = await inBatches(recipients, async some => (await noticeTimes(db, { recipients: some, since })).rows)
      const times = new Map<string, number[]>()
      for (const { recipient, settled_at } of rows.sort((one, other) => other.settled_at! - one.settled_at!))
        times.set(recipient!, [...(times.get(recipient!) ?? []), settled_at!])
      return times
    },
  }
}

const insert = prepared((db, { row }: { row: LetterRow }) => db.insertInto('outbox').values(row))

/** Letters that are due and nobody's. Said inside and outside: a database that runs writers side by side checks only what stands outside again. */
const claim = prepared((db, { now, leaseUntil, limit }: { now: number; leaseUntil: number; limit: number }) => {
  const due = db
    .selectFrom('outbox')
    .select('id')
    .where(isStillOpen)
    .where('next_attempt_at', '<=', now)
    .where(row => row.or([row('claimed_until', 'is', null), row('claimed_until', '<=', now)]))
    .orderBy('next_attempt_at')
    .limit(limit)
  return db
    .updateTable('outbox')
    .set(row => ({ claimed_until: leaseUntil, attempts: row('attempts', '+', 1) }))
    .where('id', 'in', due)
    .where(isStillOpen)
    .where(row => row.or([row('claimed_until', 'is', null), row('claimed_until', '<=', now)]))
    .returningAll()
})

const ofMessages = prepared((db, { messages }: { messages: readonly string[] }) =>
  db.selectFrom('outbox').selectAll().where('message', 'in', messages),
)

const change = prepared(
  (db, { ids, claimedUntil, set }: { ids: readonly string[]; claimedUntil: number; set: Partial<LetterRow> }) =>
    db
      .updateTable('outbox')
      .set(set)
      .where('id', 'in', ids)
      .where('claimed_until', '=', claimedUntil)
      .where(isStillOpen)
      .returning(['id', 'organization']),
)

/** Those that one statement can settle. */
function alike(letters: readonly SettledLetter[]): SettledLetter[][] {
  const groups = Map.groupBy(letters, ({ state, at, nextAttemptAt }) => [state, at, nextAttemptAt].join(' '))
  return [...groups.values()]
}

const putBack = prepared((db, { id, claimedUntil, until }: { id: string; claimedUntil: number; until: number }) =>
  db
    .updateTable('outbox')
    .set(letter => ({ claimed_until: null, next_attempt_at: until, attempts: letter('attempts', '-', 1) }))
    .where('id', '=', id)
    .where('claimed_until', '=', claimedUntil)
    .where(isStillOpen)
    .returning('id'),
)

const cancel = prepared((db, { messages, at, but }: { messages: readonly string[]; at: number; but: readonly string[] }) =>
  db
    .updateTable('outbox')
    .set({ state: 'cancelled', settled_at: at, claimed_until: null })
    .where('message', 'in', messages)
    .where(isStillOpen)
    .$if(but.length > 0, open => open.where('kind', 'not in', but))
    .returning(['id', 'message']),
)

const noticeTimes = prepared((db, { recipients, since }: { recipients: readonly string[]; since: number }) =>
  db
    .selectFrom('outbox')
    .where('recipient', 'in', recipients)
    .where('settled_at', '>=', since)
    .where(sentNotices)
    .select(['recipient', 'settled_at'])
    .distinct(),
)

/** As {@link sentNotices}: of the index of what is still to be sent. */
const isStillOpen = sql<boolean>`state in ('queued', 'deferred')`

/** Written out, as SQLite takes a partial index only for a statement that says its condition word by word. */
const sentNotices = sql<boolean>`kind = 'notice' and state = 'sent'`

/** As {@link sentNotices}: word by word as the index has it. */
const nudges = sql<boolean>`kind in ('reminder', 'expiry_warning')`

const place = ({ id, organization }: { id: string; organization: string }, part: string) => ({
  organization,
  owner: id,
  recipient: '',
  part,
})

function withoutContent(row: LetterRow, error: unknown): Letter {
  if (!isPortalError(error) || error.code !== 'tampered') throw error
  return toLetter(row, NOTHING, null)
}

function toLetter(row: LetterRow, content: LetterContent, lastAnswer: string | null): Letter {
  return {
    id: row.id,
    organization: row.organization,
    kind: row.kind as LetterKind,
    message: row.message,
    state: row.state as LetterState,
    attempts: row.attempts,
    createdAt: row.created_at,
    nextAttemptAt: row.next_attempt_at,
    claimedUntil: row.claimed_until,
    settledAt: row.settled_at,
    messageIdHeader: row.message_id_header,
    lastAnswer,
    content,
  }
}
