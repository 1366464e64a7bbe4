import type { Asking } from './asking.ts'
import { queueNotice } from './deposit-keeping.ts'
import { messagesOf } from './deposit-state.ts'
import type { Message } from './message.ts'
import { moreTimeAskedAt } from './more-time.ts'
import { whyNotToRead } from './notice.ts'
import type { Organization } from './organization.ts'
import type { Letter } from './outbox.ts'
import { ownDeposit, requireSender } from './own-deposit.ts'
import type { Parts } from './parts.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'

/** Whether another notice would help: it waits, it can still be read, and its recipient did not say it is not for them. */
const mayBeNoticedAgain = (
  { state, expiresAt, hiddenAt }: Pick<Message, 'state' | 'expiresAt' | 'hiddenAt'>,
  now: Instant,
): boolean => state === 'waiting' && expiresAt > now && hiddenAt === null

/**
 * Sends the notice of every waiting message of a deposit again, with the same link. A notice that has not left yet is not joined by
 * a second one.
 *
 * @returns how many notices were queued.
 * @throws PortalError `not_found`, for somebody else's too; `forbidden`.
 */
export async function resendNotices(
  { store, clock, settings, wakeOutbox }: Pick<Parts, 'store' | 'clock' | 'settings' | 'wakeOutbox'>,
  asking: Asking,
  id: string,
): Promise<number> {
  const sender = requireSender(asking, 'deposit')
  const queued = await store.transaction(async tx => {
    const now = clock()
    await ownDeposit(tx, sender, id)
    const organization = (await tx.organizations.find(sender.organization))!
    let count = 0
    for (const message of await messagesOf(tx, id))
      if (await noticeAgain(tx, { now, settings, sender: asking }, message, organization)) count++
    return count
  })
  if (queued > 0) wakeOutbox()
  return queued
}

/** Sends the notice of one message again if that would help; says whether it was queued. */
async function noticeAgain(tx: Tx, order: Order, message: Message, organization: Organization): Promise<boolean> {
  const noticed = mayBeNoticedAgain(message, order.now) ? await readyToNotice(tx, message) : null
  if (noticed !== null) await queueNotice(tx, order, { ...noticed, message, organization })
  return noticed !== null
}

/**
 * Tells the recipient of a message whose time was over that it can be read again, as the page promised: whoever asked for more time
 * that they got it, whether they had opened it or not; who never opened it, and did not ask, by its notice. Who had opened it and did not
 * ask is left in peace.
 */
export async function noticeOfMoreTime(
  tx: Tx,
  order: Order,
  { expired, extended }: { expired: Message; extended: Message },
  organization: Organization,
): Promise<void> {
  const asked = moreTimeAskedAt(await tx.receipts.ofMessages([expired.id]), expired) !== null
  if (!asked) return void (await noticeAgain(tx, order, extended, organization))
  const noticed = whyNotToRead(extended, order.now) === null ? await readyToNotice(tx, extended) : null
  if (noticed !== null) await queueNotice(tx, order, { ...noticed, message: extended, organization }, { kind: 'more_time_given' })
}

type Order = Parameters<typeof queueNotice>[1]

/** Null while such a letter is on its way. */
async function readyToNotice(tx: Tx, message: Message) {
  const letters = await tx.outbox.ofMessages([message.id])
  const isOnItsWay = ({ kind, state }: Letter) =>
    (kind === 'notice' || kind === 'more_time_given') && (state === 'queued' || state === 'deferred')
  if (letters.some(isOnItsWay)) return null
  const recipient = await tx.recipients.find(message.recipient)
  const locator = await tx.messages.locator(message)
  return recipient === null || locator === null ? null : { recipient, locator }
}
