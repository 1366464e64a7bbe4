import { type Kysely, sql } from 'kysely'
import { PortalError } from '../server/errors.ts'
import type { Message, NewMessage } from '../server/message.ts'
import { inBatches } from './batches.ts'
import { moveRows } from './message-moves.ts'
import { prepared } from './prepared.ts'
import type { Database, MessageRow } from './schema.ts'
import { digestOfSecret, keyedHash } from './sealing/blind-index.ts'
import { tampered } from './sealing/refusal.ts'
import type { Work } from './work.ts'

/** Why a message was taken back, and the sender's own words to it. Sealed. */
export interface Retraction {
  reason: string
  note?: string | undefined
}

/** What is to be changed of a row. */
type Columns = (before: MessageRow) => Partial<MessageRow>

/** A row and the highest revision the trail knows of it. */
type RowWithTrail = MessageRow & { trail_revision: number | null }

/** Rows of messages, each one verified before anything is made of it. */
export function messageRows({ db, keyring, parts, rows, ends, changed, seen, expected }: Work) {
  const select = () => withRevision(db)

  /**
   * The row is what was written (its mac), and the newest that was written (the trail has no higher revision): an older copy of the
   * whole row, put back with its own valid mac, is noticed.
   */
  const verified = ({ trail_revision, ...row }: RowWithTrail): MessageRow => {
    rows.check('messages', row)
    if (row.revision !== (changed.get(row.id) ?? trail_revision)) throw tampered()
    return row
  }

  const find = async (id: string): Promise<MessageRow | null> => {
    const before = seen?.get(id)
    if (before) return before
    const [found] = (await byId(db, { id })).rows
    if (!found) return null
    const row = verified(found)
    seen?.set(id, row)
    return row
  }

  const findMany = async (ids: readonly string[]): Promise<MessageRow[]> => {
    const known = ids.flatMap(id => seen?.get(id) ?? [])
    // A sweep looks at what is due, and then at the same rows to change them.
    if (known.length === ids.length) return known
    const found = (await inBatches(ids, async some => (await byIds(db, { ids: some })).rows)).map(verified)
    for (const row of found) seen?.set(row.id, row)
    return found
  }

  const known = (after: MessageRow): void => {
    changed.set(after.id, after.revision)
    if (seen?.has(after.id)) seen.set(after.id, after)
  }

  const changeRow = async (before: MessageRow, from: readonly string[], columns: Columns): Promise<MessageRow | null> => {
    if (!from.includes(before.state)) return null
    const changes = columns(before)
    const after = rows.sign('messages', { ...before, ...changes, revision: before.revision + 1 })
    // Only what changed: a column that is named has its indexes written anew.
    const set = { ...changes, revision: after.revision, mac: after.mac }
    const given = { id: before.id, set, from: from as MessageRow['state'][], revision: before.revision }
    expected.oneRow(update(db, given), changedMeanwhile)
    known(after)
    return after
  }

  const activationHash = async (message: Pick<Message, 'id' | 'organization'>, answer: string): Promise<string> =>
    keyedHash(await keyring.hashing(message.organization, 'keyed hash'), 'activation answer', message.id, answer)

  return {
    select,
    verified,
    find,
    activationHash,

    /** Newest first of one mailbox, from behind this id on; what was hidden is left out. */
    async newest(recipient: string, after: string | undefined, limit: number): Promise<MessageRow[]> {
      const { rows: found } = await (after === undefined
        ? ofMailbox(db, { recipient, limit })
        : ofMailboxAfter(db, { recipient, after, limit }))
      return found.map(verified)
    },

    findMany,

    /** Oldest first. */
    async ofThread(thread: string): Promise<MessageRow[]> {
      return (await ofThread(db, { thread })).rows.map(verified).sort(byAge)
    },

    /** Oldest first. */
    async ofDeposits(deposits: readonly string[]): Promise<MessageRow[]> {
      const found = await inBatches(deposits, async some => (await ofDeposits(db, { deposits: some })).rows)
      return found.map(verified).sort(byAge)
    },

    /** In no order. */
    async othersOfThread({ id, thread }: { id: string; thread: string }): Promise<MessageRow[]> {
      return (await othersOfThread(db, { id, thread })).rows.map(verified)
    },

    async add(message: NewMessage): Promise<void> {
      const row = rows.sign('messages', {
        ...newColumns(message),
        activation_hash: message.activationAnswer === null ? null : await activationHash(message, message.activationAnswer),
        position: await ends.nextPosition(),
      })
      expected.oneRow(insert(db, { row }), () => new PortalError('conflict', 'This form has been sent before.'))
      changed.set(message.id, row.revision)
    },

    /**
     * Writes columns of a message and raises its revision, if it still is in one of these states; the one statement that settles
     * every race. What the change is made of is verified first, so that no forged row is given a valid mac.
     */
    async change(id: string, from: readonly string[], columns: Columns): Promise<MessageRow | null> {
      const before = await find(id)
      return before && changeRow(before, from, columns)
    },

    /**
     * Moves many to a state, those of them that are in one of these; the others are left out. As with {@link change}, the statement settles
     * every race: it writes all of them, or the transaction ends with nothing changed.
     */
    async moveAll(ids: readonly string[], from: readonly string[], to: MessageRow['state']): Promise<MessageRow[]> {
      const moving = (await findMany(ids)).filter(({ state }) => from.includes(state))
      const moved = moving.map(before => rows.sign('messages', { ...before, state: to, revision: before.revision + 1 }))
      for (const { count, statement } of moveRows(db, moved, from)) expected.rows(count, statement, changedMeanwhile)
      for (const row of moved) known(row)
      return moved
    },

    /** As the portal knows them; the reasons of retractions are opened for it. */
    async toMessages(found: readonly MessageRow[]): Promise<Message[]> {
      const retracted = found.filter(row => row.retracted_at !== null)
      const retractions = await parts.findMany<Retraction>(retracted.map(row => place(row, 'retraction')))
      return found.map(row => toMessage(row, retractions.get(row.id)?.reason ?? null))
    },
  }
}

// An id tells the clock it was made by, which may have been put back since, and nothing of those made within a millisecond.
const byAge = (one: MessageRow, other: MessageRow): number => one.position - other.position

/** All messages, each beside its highest revision in the trail. */
const withRevision = (db: Kysely<Database>) =>
  db
    .selectFrom('messages')
    .selectAll('messages')
    .select(from =>
      from
        .selectFrom('trail_entries')
        .select(entry => entry.fn.max('trail_entries.revision').as('revision'))
        .whereRef('trail_entries.object', '=', 'messages.id')
        .as('trail_revision'),
    )

const othersOfThread = prepared((db, { id, thread }: { id: string; thread: string }) =>
  withRevision(db).where('messages.thread', '=', thread).where('messages.id', '!=', id),
)

const byIds = prepared((db, { ids }: { ids: readonly string[] }) => withRevision(db).where('messages.id', 'in', ids))

const byId = prepared((db, { id }: { id: string }) => withRevision(db).where('messages.id', '=', id))

// In no order: SQLite takes seven times as long to keep one beside the question for the revision.
const ofThread = prepared((db, { thread }: { thread: string }) => withRevision(db).where('messages.thread', '=', thread))

const ofDeposits = prepared((db, { deposits }: { deposits: readonly string[] }) =>
  withRevision(db).where('messages.deposit', 'in', deposits),
)

const mailbox = (db: Kysely<Database>, { recipient, limit }: { recipient: string; limit: number }) =>
  withRevision(db)
    .where('messages.recipient', '=', recipient)
    .where('messages.hidden_at', 'is', null)
    .orderBy('messages.id', 'desc')
    .limit(limit)

const ofMailbox = prepared(mailbox)
const ofMailboxAfter = prepared((db, { after, ...of }: { recipient: string; limit: number; after: string }) =>
  mailbox(db, of).where('messages.id', '<', after),
)

const insert = prepared((db, { row }: { row: MessageRow }) =>
  db
    .insertInto('messages')
    .values(row)
    .onConflict(same => same.columns(['recipient', 'form_hash']).where('form_hash', 'is not', null).doNothing()),
)

interface Change {
  id: string
  set: Partial<MessageRow>
  from: MessageRow['state'][]
  revision: number
}

const update = prepared((db, { id, set, from, revision }: Change) =>
  db.updateTable('messages').set(set).where('id', '=', id).where('state', 'in', from).where('revision', '=', revision),
)

const changedMeanwhile = () => new PortalError('conflict', 'This message has just changed. Please try again.')

/** Whose the parts of a message are. */
export const messageOwner = ({ id, organization, recipient }: Pick<Message, 'id' | 'organization' | 'recipient'>) => ({
  organization,
  owner: id,
  recipient,
})

/** Where a part of a message belongs. */
export const place = (message: Pick<Message, 'id' | 'organization' | 'recipient'>, part: string) => ({
  ...messageOwner(message),
  part,
})

/** Position of a message in the order of keeping, for cursors. */
export const positionOf = (id: string) => sql<number>`(select position from messages where id = ${id})`

function newColumns(message: NewMessage): Omit<MessageRow, 'mac' | 'activation_hash' | 'position'> {
  return {
    id: message.id,
    organization: message.organization,
    deposit: message.deposit,
    thread: message.thread,
    direction: message.direction,
    recipient: message.recipient,
    sender_kind: message.sender.kind,
    sender: message.sender.id,
    in_reply_to: message.inReplyTo,
    state: message.state,
    created_at: message.createdAt,
    expires_at: message.expiresAt,
    retain_until: message.retainUntil,
    opened_at: null,
    retracted_at: null,
    tell_recipient: 0,
    hidden_at: null,
    reply_allowed: Number(message.replyAllowed),
    confidential: Number(message.confidential),
    needs_confirmation: message.needsConfirmation,
    locator_hash: message.locator === null ? null : digestOfSecret(message.locator),
    form_hash: message.form?.keyHash ?? null,
    attachment_count: message.attachmentCount,
    revision: 1,
  }
}

/** @param retractionReason - null where it was not taken back. */
export function toMessage(row: MessageRow, retractionReason: string | null): Message {
  return {
    id: row.id,
    organization: row.organization,
    deposit: row.deposit,
    thread: row.thread,
    direction: row.direction,
    recipient: row.recipient,
    sender: { kind: row.sender_kind, id: row.sender, organization: row.organization },
    inReplyTo: row.in_reply_to,
    state: row.state,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    retainUntil: row.retain_until,
    openedAt: row.opened_at,
    retractedAt: row.retracted_at,
    retractionReason,
    tellRecipient: row.tell_recipient === 1,
    hiddenAt: row.hidden_at,
    replyAllowed: row.reply_allowed === 1,
    confidential: row.confidential === 1,
    needsConfirmation: row.needs_confirmation,
    attachmentCount: row.attachment_count,
    revision: row.revision,
  }
}
