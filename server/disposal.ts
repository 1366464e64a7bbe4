import { noteEndings } from './ending.ts'
import { cancelLetters } from './letters-cancelled.ts'
import type { Message, MessageState } from './message.ts'
import type { Parts } from './parts.ts'
import type { Tx } from './store.ts'
import { sweep } from './sweep.ts'
import type { Instant } from './time.ts'
import { type Actor, PORTAL_ACTOR, record } from './trail/entry.ts'
import { doubtAbout } from './witnessed-time.ts'

/** Every state but the last: what is kept at all can be disposed of. */
const KEPT: readonly MessageState[] = ['waiting', 'opened', 'expired', 'retracted']

/** Ids that are read at once. */
const SPAN = 1_000
/** Messages that are read at once to be counted. */
const COUNTED = 100

/** Whether the organization need not keep it any longer. Its recipient may still read what has not expired. */
const isOver = ({ state, retainUntil, expiresAt }: Pick<Message, 'state' | 'retainUntil' | 'expiresAt'>, now: Instant) =>
  state !== 'disposed' && retainUntil <= now && expiresAt <= now

/** By which rule: retention is over; it was disposed of before, and a backup had brought it back; a backup held it damaged. */
export type DisposalRule = 'retention_over' | 'disposed_before' | 'damaged'

/**
 * Destroys the keys of these messages and then their content, and leaves their rows, receipts and trail. The entry of each is the
 * certificate: it says what was destroyed, when and by which rule, and lies under the next signed checkpoint.
 *
 * @returns how many that was: those that were disposed of already are left out.
 */
export async function dispose(
  tx: Tx,
  messages: readonly Message[],
  rule: DisposalRule,
  actor: Actor,
  now: Instant,
): Promise<number> {
  const before = new Map(messages.map(message => [message.id, message]))
  const disposed = await tx.messages.end([...before.keys()], KEPT, 'disposed')
  for (const { id, organization, revision, createdAt, retainUntil } of disposed)
    await record(tx, now, {
      ...{ organization, actor, action: 'message.disposed', object: id, revision },
      detail: { rule, was: before.get(id)!.state, depositedAt: createdAt, retainUntil },
    })
  const about = disposed.map(({ id, organization }) => ({ organization, actor, object: id }))
  await cancelLetters(tx, about, now)
  return disposed.length
}

/** What is due, and what of it a hold keeps, for one organization and class. */
export interface DisposalCount {
  organization: string
  retention: string
  due: number
  held: number
}

type DisposalParts = Pick<Parts, 'store' | 'clock' | 'log' | 'endings'>

/**
 * Disposes of every message whose retention is over and that no hold covers; a hold is asked for in the transaction that destroys, so one
 * that is placed meanwhile wins. Nothing is destroyed by a clock that cannot be believed.
 *
 * @param by.isClockConfirmed - an operator has looked at the clock.
 * @returns how many were disposed of.
 */
export async function disposeDue(
  parts: DisposalParts,
  by: { actor: Actor; isClockConfirmed: boolean } = { actor: PORTAL_ACTOR, isClockConfirmed: false },
  stopping?: AbortSignal,
): Promise<number> {
  const now = parts.clock()
  const doubt = await doubtAbout(now, parts.store)
  const isBelieved = doubt === null || (by.isClockConfirmed && doubt === 'clock_leapt')
  if (!isBelieved) {
    const waiting = await parts.store.read(tx => tx.retention.due(now, null, 1))
    if (waiting.length > 0) parts.log.warn('disposal.refused', { reason: doubt })
    return 0
  }
  const ending = {
    due: () => dueNow(parts, now, SPAN),
    end: (tx: Tx, ids: readonly string[]) => disposeAll(tx, ids, { actor: by.actor, now }),
    tampered: 'disposal.tampered',
  }
  const disposed = await sweep(parts, ending, stopping)
  if (disposed > 0) await noteEndings(parts)
  return disposed
}

/** What {@link disposeDue} would do, and destroys nothing. */
export async function disposalPlan(parts: Pick<Parts, 'store' | 'clock'>): Promise<DisposalCount[]> {
  const now = parts.clock()
  const counts = new Map<string, DisposalCount>()
  for await (const ids of dueNow(parts, now, COUNTED)) {
    await parts.store.read(async tx => {
      const messages = (await tx.messages.findMany(ids)).filter(message => isOver(message, now))
      const held = await tx.holds.covering(messages)
      const classes = await tx.retention.classOf(messages.map(({ deposit }) => deposit))
      for (const { id, organization, deposit } of messages) {
        const retention = classes.get(deposit) ?? ''
        const key = `${organization} ${retention}`
        const count = counts.get(key) ?? { organization, retention, due: 0, held: 0 }
        counts.set(key, { ...count, due: count.due + 1, held: count.held + (held.has(id) ? 1 : 0) })
      }
    })
  }
  return [...counts.values()]
}

/** In the order of their retention, past those that a hold keeps. */
async function* dueNow({ store }: Pick<Parts, 'store'>, now: Instant, span: number): AsyncGenerator<string[]> {
  let after: { id: string; retainUntil: Instant } | null = null
  do {
    const from: typeof after = after
    const batch: { id: string; retainUntil: Instant }[] = await store.read(tx => tx.retention.due(now, from, span))
    if (batch.length > 0) yield batch.map(({ id }) => id)
    after = batch.length < span ? null : batch.at(-1)!
  } while (after !== null)
}

async function disposeAll(tx: Tx, ids: readonly string[], { actor, now }: { actor: Actor; now: Instant }): Promise<number> {
  const over = (await tx.messages.findMany(ids)).filter(message => isOver(message, now))
  const held = await tx.holds.covering(over)
  const free = over.filter(({ id }) => !held.has(id))
  return dispose(tx, free, 'retention_over', actor, now)
}
