import { entryOf } from './audit-trail.ts'
import { isReadable, type Message, type Standing, standingFor } from './message.ts'
import { messageLines, namesSender } from './message-line.ts'
import type { Parts } from './parts.ts'
import { asActor, type Person, personBehind, refusal } from './reader.ts'
import { type Reader, requireReader, type Visitor } from './sign-in/visitor.ts'
import type { StaffMember } from './staff.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import type { Action } from './trail/action.ts'
import { type Entry, record } from './trail/entry.ts'
import type { HistoryActor, HistoryEvent, HistoryLine, HistoryView, MessageLine } from './views.ts'

type StoreAndClock = Pick<Parts, 'store' | 'clock'>

/** What of the trail is told to a patient, and as what. Holds are not: they are about the clinic's records, and may concern others. */
const EVENTS: Partial<Record<Action, HistoryEvent>> = {
  'message.deposited': 'came',
  'notice.sent': 'noticed',
  'notice.bounced': 'bounced',
  'message.opened': 'opened',
  'message.viewed': 'read',
  'attachment.fetched': 'file_fetched',
  'message.copied': 'copied',
  'message.replied': 'replied',
  'message.more_time_asked': 'more_time_asked',
  'message.extended': 'extended',
  'message.expired': 'expired',
  'message.retracted': 'retracted',
  'message.disposed': 'disposed',
  'deposit.viewed': 'state_seen',
  'deposit.evidence_viewed': 'state_seen',
  'trail.viewed': 'trail_seen',
  'mailbox.searched': 'searched',
  'history.viewed': 'history_seen',
}
const ACTIONS = Object.keys(EVENTS)

const PAGE = 50
const BATCH = 100
/** So many entries one page looks at when little of them may be told; the next page goes on from there. */
const LOOKED_AT = 1_000
/** Of a mailbox, what happened with this many of its newest messages: what finds them must not hold up everybody. */
const MESSAGES = 2_000

export interface HistoryWish {
  /** Of this one alone; of all when left out. */
  message?: string | undefined
  /** Leaves out what the reader did themselves. */
  onlyOthers?: boolean | undefined
  before?: number | undefined
}

/**
 * What happened with the reader's own messages, or with one of them: the patient's view of the trail. It names no message that is not
 * there for them, no sender whom the list would not name, and no other patient. The look is in the trail before anything is shown.
 *
 * @throws PortalError `not_found` for a message that is not there for them; `tampered` when an entry is not what was hashed.
 */
export async function viewHistory({ store, clock }: StoreAndClock, visitor: Visitor, wish: HistoryWish): Promise<HistoryView> {
  const reader = requireReader(visitor)
  await store.transaction(async tx => {
    const now = clock()
    if (wish.message !== undefined) await presentMessage(tx, reader, wish.message, now)
    const object = wish.message ?? reader.person.id
    await record(tx, now, {
      ...asActor(reader),
      organization: reader.person.organization,
      action: 'history.viewed',
      object,
      detail: { onlyOthers: wish.onlyOthers === true },
    })
  })
  return store.read(async tx => {
    const now = clock()
    const person = await personBehind(tx, reader)
    const message = wish.message === undefined ? null : await presentMessage(tx, reader, wish.message, now)
    const { name: organization, phone } = person.organization
    const [line = null] = message ? await messageLines(tx, person, [message], now) : []
    return { organization, phone, ...(await pageOf(tx, person, wish, message, now)), message: line }
  })
}

async function presentMessage(tx: Tx, reader: Reader, id: string, now: Instant): Promise<Message> {
  const message = await tx.messages.find(id)
  if (message === null || standingFor(reader.person.id, message, now) === 'absent') throw refusal('not_found')
  return message
}

/** Fills a page with what may be told, however much lies between that may not. */
async function pageOf(tx: Tx, person: Person, wish: HistoryWish, message: Message | null, now: Instant) {
  const { id: recipient } = person.recipient
  const about = message ? { objects: [message.id, message.deposit] } : { recipient, newest: MESSAGES }
  const filter = { actions: ACTIONS, notBy: wish.onlyOthers ? recipient : undefined }
  const lines: HistoryLine[] = []
  let before = wish.before
  for (let looked = 0; lines.length <= PAGE; looked += BATCH) {
    if (looked >= LOOKED_AT) return { lines, next: before ?? null }
    const rows = await tx.trail.about(about, filter, { before, limit: BATCH })
    lines.push(...(await linesOf(tx, person, rows.map(entryOf), now)))
    if (rows.length < BATCH) break
    before = rows.at(-1)!.index
  }
  const shown = lines.slice(0, PAGE)
  return { lines: shown, next: lines.length > PAGE ? shown.at(-1)!.index : null }
}

/** A message that entries are about, with what may be told of it. */
interface Known {
  message: Message
  standing: Standing
  line: MessageLine
}

async function linesOf(tx: Tx, person: Person, entries: Entry[], now: Instant): Promise<HistoryLine[]> {
  const known = await knownMessages(tx, person, entries, now)
  const files = await fileNames(tx, known)
  const staff = await staffBehind(tx, person, entries)
  return entries.flatMap(entry => {
    if (entry.organization !== person.organization.id) return []
    const own = known.get(entry.object ?? '')
    // Neither is there for them: somebody else's message of the same deposit, and one that was hidden or taken back untold.
    if (own === undefined && entry.object !== person.recipient.id) return []
    const by = actorOf(person, entry, own, staff)
    const { attachment, format } = entry.detail ?? {}
    return {
      index: entry.index,
      at: entry.at,
      event: EVENTS[entry.action as Action]!,
      by,
      method: by.kind === 'you' ? (entry.method ?? null) : null,
      detail: files.get(String(attachment)) ?? (typeof format === 'string' ? format : null),
      message: own?.line ?? null,
    }
  })
}

/** By the id an entry names: of the message itself, or of the deposit it came with. */
async function knownMessages(tx: Tx, person: Person, entries: Entry[], now: Instant): Promise<Map<string, Known>> {
  const ids = new Set(entries.map(entry => entry.object ?? ''))
  const byId = await tx.messages.findMany([...ids].filter(id => id.startsWith('msg_')))
  const ofDeposits = await tx.messages.ofDeposits([...ids].filter(id => id.startsWith('dep_')))
  const messages = [...ofDeposits.filter(one => one.direction === 'to_recipient'), ...byId]
  const lines = new Map((await messageLines(tx, person, messages, now)).map(line => [line.id, line]))
  return new Map(
    messages.flatMap(message => {
      const line = lines.get(message.id)
      if (line === undefined) return []
      const one = { message, line, standing: standingFor(person.recipient.id, message, now) }
      const names = message.direction === 'reply' ? [message.id] : [message.id, message.deposit]
      return names.filter(id => ids.has(id)).map((id): [string, Known] => [id, one])
    }),
  )
}

/** Of messages whose content may be told now, and of no others. */
async function fileNames(tx: Tx, known: Map<string, Known>): Promise<Map<string, string>> {
  const readable = [...known.values()].filter(({ message, standing }) => isReadable(message, standing))
  const files = await tx.attachments.ofMessages([...new Set(readable.map(({ message }) => message.id))])
  return new Map(files.map(({ id, name }) => [id, name]))
}

async function staffBehind(tx: Tx, { organization }: Person, entries: Entry[]): Promise<Map<string, StaffMember>> {
  const ids = new Set(entries.filter(({ actor }) => actor.kind === 'staff').map(({ actor }) => actor.id))
  const found = await Promise.all([...ids].map(id => tx.staff.find(id)))
  return new Map(found.filter(one => one?.organization === organization.id).map(one => [one!.id, one!]))
}

function actorOf(person: Person, { actor }: Entry, own: Known | undefined, staff: Map<string, StaffMember>): HistoryActor {
  if (actor.kind === 'recipient') return { kind: actor.id === person.recipient.id ? 'you' : 'nobody' }
  if (actor.kind === 'client') return { kind: 'system' }
  if (actor.kind === 'visitor') return { kind: 'nobody' }
  if (actor.kind !== 'staff') return { kind: actor.kind }
  const member = staff.get(actor.id)
  const isNamed = own !== undefined && namesSender(own.message, own.standing, person) && member?.role === 'provider'
  return { kind: 'staff', role: member?.role ?? null, name: isNamed ? member.name : null }
}
