import type { Asking } from './asking.ts'
import { expiryProblem } from './deposit-request.ts'
import { depositLines, messagesOf } from './deposit-state.ts'
import { PortalError } from './errors.ts'
import { cancelLetters } from './letters-cancelled.ts'
import type { Message, MessageState } from './message.ts'
import { noticeOfMoreTime } from './notice-again.ts'
import { askingActor, ownDeposit, requireSender } from './own-deposit.ts'
import type { Parts } from './parts.ts'
import type { Tx } from './store.ts'
import { sweep } from './sweep.ts'
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
 * Sets a new expiry for every message of a deposit that is not taken back, and brings expired ones back to where they were. Whoever asked
 * for more time is told that they have it, as the page had promised; who could not open theirs in time is sent its notice again.
 *
 * @throws PortalError `invalid` for a moment in the past, more than a year away, or after the organization stops keeping the message;
 * `conflict` when no message is left to extend; `not_found`; `forbidden`.
 */
export async function extendDeposit(
  { store, clock, settings, wakeOutbox }: Pick<Parts, 'store' | 'clock' | 'settings' | 'wakeOutbox'>,
  asking: Asking,
  id: string,
  expiresAt: Instant,
): Promise<DepositLine> {
  const sender = requireSender(asking, 'deposit')
  const line = await store.transaction(async tx => {
    const now = clock()
    const deposit = await ownDeposit(tx, sender, id)
    const messages = (await messagesOf(tx, id)).filter(message => mayExtend(message) !== null)
    if (messages.length === 0) throw new PortalError('conflict', 'Every message of this deposit is taken back or no longer kept.')
    refuseUnfit(expiresAt, messages, now)
    const organization = (await tx.organizations.find(sender.organization))!
    for (const message of messages) {
      const extended = await extend(tx, asking, message, expiresAt, now)
      if (message.expiresAt <= now)
        await noticeOfMoreTime(tx, { now, settings, sender: asking }, { expired: message, extended }, organization)
    }
    return (await depositLines(tx, [deposit]))[0]!
  })
  wakeOutbox()
  return line
}

function refuseUnfit(expiresAt: Instant, messages: Message[], now: Instant): void {
  const keptUntil = Math.min(...messages.map(message => message.retainUntil))
  const problem =
    expiryProblem(expiresAt, now) ?? (expiresAt > keptUntil ? 'Choose a moment before the message is disposed of.' : null)
  if (problem !== null)
    throw new PortalError('invalid', 'This expiry is not possible.', { fields: [{ field: '/expiresAt', problem }] })
}

async function extend(tx: Tx, asking: Asking, message: Message, expiresAt: Instant, now: Instant): Promise<Message> {
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
  return extended
}

const READABLE: readonly MessageState[] = ['waiting', 'opened']
/** Ids that are read at once. */
const SPAN = 1_000

/** Marks what has expired, and cancels what was still to be sent about it. @returns how many were marked */
export const expireDue = (parts: Pick<Parts, 'store' | 'clock' | 'log'>, stopping?: AbortSignal): Promise<number> =>
  sweep(parts, { due: () => dueNow(parts), end: expireAll, tampered: 'expiry.tampered' }, stopping)

/** Those that stay when their turn has come, because they do not verify, are read again and passed over. */
async function* dueNow({ store, clock }: Pick<Parts, 'store' | 'clock'>): AsyncGenerator<string[]> {
  for (let before = new Set<string>(); ; ) {
    const found = await store.read(tx => tx.messages.dueToExpire(clock(), SPAN + before.size))
    const ids = found.filter(id => !before.has(id))
    if (ids.length === 0) return
    yield ids
    before = new Set(found)
  }
}

async function expireAll(tx: Tx, ids: readonly string[], now: Instant): Promise<number> {
  const due = (await tx.messages.findMany(ids)).filter(message => isDue(message, now))
  const expired = await tx.messages.end(
    due.map(({ id }) => id),
    READABLE,
    'expired',
  )
  // Where writers run side by side, an extension may have come between looking and marking: the whole batch is then done again.
  if (expired.some(({ expiresAt }) => expiresAt > now))
    throw new PortalError('conflict', 'A message was extended just as it expired.')
  for (const { id, organization, revision, openedAt } of expired)
    await record(tx, now, {
      ...{ organization, actor: PORTAL_ACTOR, action: 'message.expired', object: id, revision },
      detail: { wasOpened: openedAt !== null },
    })
  await cancelLetters(
    tx,
    expired.map(({ id, organization }) => ({ organization, actor: PORTAL_ACTOR, object: id })),
    now,
  )
  return expired.length
}
