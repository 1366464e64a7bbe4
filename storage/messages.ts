import { sql } from 'kysely'
import { PortalError } from '../server/errors.ts'
import type { Mark } from '../server/mark.ts'
import type { Content, Message } from '../server/message.ts'
import type { Messages } from '../server/store.ts'
import { type Heading, headingsIn } from './headings.ts'
import { messageOwner, messageRows, place, positionOf, type Retraction, toMessage } from './message-rows.ts'
import type { MessageRow } from './schema.ts'
import { digestOfSecret, sameBytes } from './sealing/blind-index.ts'
import { shredMessages } from './shredding.ts'
import type { Work } from './work.ts'

type Body = Omit<Content, 'subject' | 'from'>

export function messages(work: Work): Messages {
  const { parts } = work
  const table = messageRows(work)
  const headings = headingsIn(parts)

  const one = async (row: MessageRow | null): Promise<Message | null> =>
    row ? ((await table.toMessages([row]))[0] ?? null) : null
  const listed = async (query: ReturnType<typeof table.select>): Promise<Message[]> =>
    table.toMessages((await query.execute()).map(table.verified))

  return {
    async add(message, { subject, from, ...body }) {
      await table.add(message)
      const { locator, form } = message
      await headings.add(message, { subject, from, locator: locator ?? undefined, formBodyHash: form?.bodyHash })
      await parts.add(place(message, 'body'), body satisfies Body)
    },

    find: async id => one(await table.find(id)),

    async findByLocator(locator) {
      const row = await table.select().where('messages.locator_hash', '=', digestOfSecret(locator)).executeTakeFirst()
      return one(row ? table.verified(row) : null)
    },

    async findByForm(recipient, keyHash) {
      const own = table.select().where('messages.recipient', '=', recipient)
      const row = await own.where('messages.form_hash', '=', keyHash).executeTakeFirst()
      if (!row) return null
      return { id: table.verified(row).id, bodyHash: (await headings.formBodyHash(row)) ?? null }
    },

    locator: async message => (await headings.locator(message)) ?? null,

    findMany: async ids => table.toMessages(await table.findMany(ids)),
    ofDeposits: async deposits => table.toMessages(await table.ofDeposits(deposits)),
    ofThread: async thread => table.toMessages(await table.ofThread(thread)),
    othersOfThread: async message => table.toMessages(await table.othersOfThread(message)),

    listForRecipient(recipient, { after, limit }) {
      return table.newest(recipient, after, limit).then(table.toMessages)
    },

    unopenedOf(recipient) {
      const sent = table.select().where('messages.recipient', '=', recipient).where('messages.direction', '=', 'to_recipient')
      return listed(sent.where('messages.state', 'in', ['waiting', 'expired']).orderBy('messages.id', 'desc'))
    },

    listReplies(to, { after, limit }, order) {
      // Word by word as the index has it.
      let replies = table.select().where('messages.sender', '=', to.id).where(sql<boolean>`direction = 'reply'`)
      replies = replies.where('messages.sender_kind', '=', to.kind).where('messages.organization', '=', to.organization)
      if (after !== undefined) replies = replies.where('messages.position', order === 'newest' ? '<' : '>', positionOf(after))
      return listed(replies.orderBy('messages.position', order === 'newest' ? 'desc' : 'asc').limit(limit))
    },

    async content(message) {
      refuseDisposed(message)
      const sealed = await parts.of(messageOwner(message))
      const heading = await sealed.find<Heading>('heading')
      const { subject, from } = heading ?? {
        subject: await sealed.get<string>('subject'),
        from: await sealed.get<Content['from']>('from'),
      }
      return { subject, from, ...(await sealed.get<Body>('body')) }
    },

    async texts(all) {
      const bodies = await parts.getMany<Body>(all.filter(isKept).map(message => place(message, 'body')))
      return new Map([...bodies].map(([id, { text }]) => [id, text]))
    },

    headings: all => headings.many(all.filter(isKept)),

    async transition(id, from, to, { at, retractionReason: reason, retractionNote: note, tellRecipient }) {
      const row = await table.change(id, from, before => ({
        state: to,
        opened_at: to === 'opened' ? (before.opened_at ?? at) : before.opened_at,
        retracted_at: to === 'retracted' ? at : before.retracted_at,
        tell_recipient: tellRecipient === undefined ? before.tell_recipient : Number(tellRecipient),
      }))
      if (row && reason !== undefined) {
        // Nothing brings a message back that was taken back: there is none from before.
        await parts.add(place(row, 'retraction'), { reason, note } satisfies Retraction)
        return toMessage(row, reason)
      }
      if (row && to === 'disposed') await shredMessages(work, [id])
      return one(row)
    },

    async end(ids, from, to) {
      const ended = await table.moveAll(ids, from, to)
      if (to === 'disposed')
        await shredMessages(
          work,
          ended.map(({ id }) => id),
        )
      return table.toMessages(ended)
    },

    extend: async (id, from, to, expiresAt) => one(await table.change(id, from, () => ({ state: to, expires_at: expiresAt }))),

    async dueToExpire(now, limit) {
      // Parts of one index: it holds what can still be read, and nothing else.
      const readable = sql<boolean>`state in ('waiting', 'opened')`
      const due = work.db.selectFrom('messages').select('id').where(readable).where('expires_at', '<=', now)
      return (await due.orderBy('expires_at').limit(limit).execute()).map(row => row.id)
    },

    async waitingSince(after, until, limit) {
      // Both conditions as the index has them (0010-reminders): it holds what waits, and nothing else.
      const waiting = sql<boolean>`state = 'waiting' and direction = 'to_recipient'`
      const since = work.db.selectFrom('messages').select(['created_at as at', 'id']).where(waiting)
      const due = since.where('created_at', '>=', after.at).where('created_at', '<=', until).where(beyond('created_at', after))
      return due.orderBy('created_at').orderBy('id').limit(limit).execute()
    },

    async expiringSince(after, until, limit) {
      const readable = sql<boolean>`state in ('waiting', 'opened')`
      const since = work.db.selectFrom('messages').select(['expires_at as at', 'id']).where(readable)
      const due = since.where('expires_at', '>=', after.at).where('expires_at', '<=', until).where(beyond('expires_at', after))
      return due.orderBy('expires_at').orderBy('id').limit(limit).execute()
    },

    async activationMatches(id, answer) {
      const row = await table.find(id)
      if (!row || row.activation_hash === null) return false
      return sameBytes(Buffer.from(await table.activationHash(row, answer)), Buffer.from(row.activation_hash))
    },

    async hide(id, at) {
      const row = await table.find(id)
      if (!row || row.hidden_at !== null) return null
      return one(await table.change(id, [row.state], () => ({ hidden_at: at })))
    },
  }
}

const isKept = ({ state }: Message): boolean => state !== 'disposed'

/** Behind a mark: many messages have one moment. */
const beyond = (column: 'created_at' | 'expires_at', { at, id }: Mark) => sql<boolean>`(${sql.ref(column)} > ${at} or id > ${id})`

function refuseDisposed(message: Message): void {
  if (message.state === 'disposed') throw new PortalError('gone', 'This message is no longer kept.')
}
