import { noteEndings } from './ending.ts'
import { isPortalError } from './errors.ts'
import type { Message, MessageState } from './message.ts'
import type { Parts } from './parts.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import { type Actor, PORTAL_ACTOR, record } from './trail/entry.ts'
import { doubtAbout } from './witnessed-time.ts'

/** Every state but the last: what is kept at all can be disposed of. */
const KEPT: readonly MessageState[] = ['waiting', 'opened', 'expired', 'retracted']

/** Messages disposed of in one transaction: so few that nobody waits long for the one writer. It is work that nobody waits for. */
const BATCH = 5

/** Whether the organization need not keep it any longer. Its recipient may still read what has not expired. */
const isOver = ({ state, retainUntil, expiresAt }: Pick<Message, 'state' | 'retainUntil' | 'expiresAt'>, now: Instant) =>
  state !== 'disposed' && retainUntil <= now && expiresAt <= now

/** By which rule: retention is over; or it was disposed of before, and a backup had brought it back. */
export type DisposalRule = 'retention_over' | 'disposed_before'

/**
 * Destroys the keys of one message and then its content, and leaves its row, receipts and trail. The entry is the certificate: it says
 * what was destroyed, when and by which rule, and lies under the next signed checkpoint.
 *
 * @returns false when it was disposed of already.
 */
export async function dispose(tx: Tx, message: Message, rule: DisposalRule, actor: Actor, now: Instant): Promise<boolean> {
  const { id, organization, state, retainUntil, createdAt } = message
  const disposed = await tx.messages.transition(id, KEPT, 'disposed', { at: now })
  if (disposed === null) return false
  await record(tx, now, {
    ...{ organization, actor, action: 'message.disposed', object: id, revision: disposed.revision },
    detail: { rule, was: state, depositedAt: createdAt, retainUntil },
  })
  const cancelled = await tx.outbox.cancelForMessages([id], now)
  if (cancelled > 0)
    await record(tx, now, { organization, actor, action: 'notice.cancelled', object: id, detail: { letters: cancelled } })
  return true
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
): Promise<number> {
  const now = parts.clock()
  const doubt = await doubtAbout(now, parts.store)
  let disposed = 0
  for await (const due of dueNow(parts, now)) {
    if (doubt !== null && !(by.isClockConfirmed && doubt === 'clock_leapt')) {
      parts.log.warn('disposal.refused', { reason: doubt })
      return 0
    }
    disposed += await disposeTogether(parts, due, now, by.actor)
  }
  if (disposed > 0) await noteEndings(parts)
  return disposed
}

/** What {@link disposeDue} would do, and destroys nothing. */
export async function disposalPlan(parts: Pick<Parts, 'store' | 'clock'>): Promise<DisposalCount[]> {
  const now = parts.clock()
  const counts = new Map<string, DisposalCount>()
  for await (const ids of dueNow(parts, now)) {
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

/** Batch after batch, past those that a hold keeps. */
async function* dueNow({ store }: Pick<Parts, 'store'>, now: Instant): AsyncGenerator<string[]> {
  let after: { id: string; retainUntil: Instant } | null = null
  do {
    const from: typeof after = after
    const batch: { id: string; retainUntil: Instant }[] = await store.read(tx => tx.retention.due(now, from, BATCH))
    if (batch.length > 0) yield batch.map(({ id }) => id)
    after = batch.length < BATCH ? null : batch.at(-1)!
  } while (after !== null)
}

/** A message that does not verify holds up none but itself. */
async function disposeTogether(parts: DisposalParts, ids: string[], now: Instant, actor: Actor): Promise<number> {
  try {
    return await parts.store.transaction(async tx => {
      const messages = await tx.messages.findMany(ids)
      const held = await tx.holds.covering(messages)
      let disposed = 0
      for (const message of messages) {
        if (!isOver(message, now) || held.has(message.id)) continue
        if (await dispose(tx, message, 'retention_over', actor, now)) disposed++
      }
      return disposed
    })
  } catch (error) {
    if (!isPortalError(error) || error.code !== 'tampered') throw error
    if (ids.length === 1) {
      parts.log.error('disposal.tampered', error, { message: ids[0]! })
      return 0
    }
    let disposed = 0
    for (const id of ids) disposed += await disposeTogether(parts, [id], now, actor)
    return disposed
  }
}
