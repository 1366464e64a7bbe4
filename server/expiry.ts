import type { Asking } from './asking.ts'
import { expiryProblem } from './deposit-request.ts'
import { depositLines, messagesOf } from './deposit-state.ts'
import { isPortalError, PortalError } from './errors.ts'
import type { Message, MessageState } from './message.ts'
import { askingActor, ownDeposit, requireSender } from './own-deposit.ts'
import type { Parts } from './parts.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import { PORTAL_ACTOR, record } from './trail/entry.ts'
import type { DepositLine } from './views.ts'

/** Where an extension brings a message: back to where it was before it expired; null when its expiry is beyond anyone's reach. */
export function mayExtend({ state, openedAt }: Pick<Message, 'state' | 'openedAt'>): 'waiting' | 'opened' | null {
  switch (state) {
    case 'waiting':
    case 'opened':
      return state
    case 'expired':
      return openedAt === null ? 'waiting' : 'opened'
    case 'retracted':
    case 'disposed':
      return null
  }
}

/** Whether the sweep may mark it now. Opening asks for itself: it never trusts that the sweep has come by. */
export const isDue = ({ state, expiresAt }: Pick<Message, 'state' | 'expiresAt'>, now: Instant): boolean =>
  (state === 'waiting' || state === 'opened') && expiresAt <= now

/**
 * Sets a new expiry for every message of a deposit that is not taken back, and brings expired ones back to where they were.
 *
 * @throws PortalError `invalid` for a moment in the past, more than a year away, or after the organization stops keeping the message;
 * `conflict` when no message is left to extend; `not_found`; `forbidden`.
 */
export async function extendDeposit(
  { store, clock }: Pick<Parts, 'store' | 'clock'>,
  asking: Asking,
  id: string,
  expiresAt: Instant,
): Promise<DepositLine> {
  const sender = requireSender(asking, 'deposit')
  return store.transaction(async tx => {
    const now = clock()
    const deposit = await ownDeposit(tx, sender, id)
    const messages = (await messagesOf(tx, id)).filter(message => mayExtend(message) !== null)
    if (messages.length === 0) throw new PortalError('conflict', 'Every message of this deposit is taken back or no longer kept.')
    refuseUnfit(expiresAt, messages, now)
    for (const message of messages) await extend(tx, asking, message, expiresAt, now)
    return (await depositLines(tx, [deposit]))[0]!
  })
}

function refuseUnfit(expiresAt: Instant, messages: Message[], now: Instant): void {
  const keptUntil = Math.min(...messages.map(message => message.retainUntil))
  const problem =
    expiryProblem(expiresAt, now) ?? (expiresAt > keptUntil ? 'Choose a moment before the message is disposed of.' : null)
  if (problem !== null)
    throw new PortalError('invalid', 'This expiry is not possible.', { fields: [{ field: '/expiresAt', problem }] })
}

async function extend(tx: Tx, asking: Asking, message: Message, expiresAt: Instant, now: Instant): Promise<void> {
  const to = mayExtend(message)!
  const extended = await tx.messages.extend(message.id, [message.state], to, expiresAt)
  if (extended === null) throw new PortalError('conflict', 'A message of this deposit has just changed. Please try again.')
  await record(tx, now, {
    ...askingActor(asking),
    action: 'message.extended',
    object: message.id,
    revision: extended.revision,
    detail: { from: message.state, to, expiresAt },
  })
}

const BATCH = 100
const READABLE: readonly MessageState[] = ['waiting', 'opened']

/**
 * Marks what has expired, a hundred messages a transaction, and cancels what was still to be sent about them. A message that does not
 * verify holds up none but itself.
 *
 * @returns how many were marked.
 */
export async function expireDue({ store, clock, log }: Pick<Parts, 'store' | 'clock' | 'log'>): Promise<number> {
  let marked = 0
  for (;;) {
    const now = clock()
    const due = await store.read(tx => tx.messages.dueToExpire(now, BATCH))
    const expired = await expireTogether({ store, log }, due, now)
    marked += expired
    if (due.length < BATCH || expired === 0) return marked
  }
}

async function expireTogether({ store, log }: Pick<Parts, 'store' | 'log'>, ids: string[], now: Instant): Promise<number> {
  if (ids.length === 0) return 0
  try {
    return await store.transaction(tx => expireAll(tx, ids, now))
  } catch (error) {
    if (!isPortalError(error) || error.code !== 'tampered') throw error
    if (ids.length > 1) return expireApart({ store, log }, ids, now)
    log.error('expiry.tampered', error, { message: ids[0]! })
    return 0
  }
}

async function expireApart(parts: Pick<Parts, 'store' | 'log'>, ids: string[], now: Instant): Promise<number> {
  let expired = 0
  for (const id of ids) expired += await expireTogether(parts, [id], now)
  return expired
}

async function expireAll(tx: Tx, ids: string[], now: Instant): Promise<number> {
  const messages = await tx.messages.findMany(ids)
  let expired = 0
  for (const message of messages) if (isDue(message, now) && (await expire(tx, message, now))) expired++
  return expired
}

async function expire(tx: Tx, { id, organization }: Message, now: Instant): Promise<boolean> {
  const expired = await tx.messages.transition(id, READABLE, 'expired', { at: now })
  if (expired === null) return false
  // Where writers run side by side, an extension may have come between looking and marking: the whole batch is then done again.
  if (expired.expiresAt > now) throw new PortalError('conflict', 'A message was extended just as it expired.')
  const entry = { organization, actor: PORTAL_ACTOR, object: id }
  const wasOpened = expired.openedAt !== null
  await record(tx, now, { ...entry, action: 'message.expired', revision: expired.revision, detail: { wasOpened } })
  const cancelled = await tx.outbox.cancelForMessages([id], now)
  if (cancelled > 0) await record(tx, now, { ...entry, action: 'notice.cancelled', detail: { letters: cancelled } })
  return true
}
