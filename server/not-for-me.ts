import { setTimeout as after } from 'node:timers/promises'
import { newId } from './ids.ts'
import { cancelLetters } from './letters-cancelled.ts'
import { type Message, standingFor } from './message.ts'
import type { Parts } from './parts.ts'
import { asActor, receivedMessage, refusal } from './reader.ts'
import { letterOfWrongRecipient } from './sender-letter.ts'
import { requireReader, type Visitor } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import { type NewEntry, record, VISITOR } from './trail/entry.ts'

type HidingParts = Pick<Parts, 'store' | 'clock' | 'settings' | 'wakeOutbox'>

/**
 * "This is not for me": hides it from this reader at once and tells the sender, by receipt and letter, and the privacy office. Nothing is
 * destroyed and the state stays.
 *
 * @throws PortalError `not_found`, also for what the reader wrote themselves; `retracted`, `gone`.
 */
export async function notForMe(
  { store, clock, settings, wakeOutbox }: HidingParts,
  visitor: Visitor,
  id: string,
  answers: { knowsThem: boolean; mayContact: boolean },
): Promise<void> {
  const reader = requireReader(visitor)
  await store.transaction(async tx => {
    const now = clock()
    const { message } = await receivedMessage(tx, reader, id, now)
    const { knowsThem, mayContact } = answers
    await hide(tx, message, now, { ...asActor(reader), detail: { knowsThem, mayContact } }, settings)
  })
  wakeOutbox()
}

// Finding nothing is faster than hiding something. Both answers come after this long, so that their time tells nothing; a durable
// commit takes far less even when others wait in line.
const ANSWER_AFTER_MILLISECONDS = 150

/**
 * The same from the landing page of a notice, by someone of whom nothing is known: only while it waits, and with the same answer at the
 * same time whether there is such a message or not.
 */
export async function notForMeByLocator(parts: HidingParts, locator: string): Promise<void> {
  await Promise.all([after(ANSWER_AFTER_MILLISECONDS), hideByLocator(parts, locator)])
}

async function hideByLocator({ store, clock, settings, wakeOutbox }: HidingParts, locator: string): Promise<void> {
  const waits = (message: Message | null, now: Instant): message is Message =>
    message !== null && standingFor(message.recipient, message, now) === 'waiting'
  // Looking comes first, so that made-up locators do not make every writer wait.
  if (!waits(await store.read(tx => tx.messages.findByLocator(locator)), clock())) return
  await store.transaction(async tx => {
    const now = clock()
    const message = await tx.messages.findByLocator(locator)
    if (waits(message, now)) await hide(tx, message, now, { actor: VISITOR, detail: { beforeSignIn: true } }, settings)
  })
  wakeOutbox()
}

async function hide(
  tx: Tx,
  message: Message,
  now: Instant,
  who: Pick<NewEntry, 'actor' | 'detail' | 'level' | 'method'>,
  settings: HidingParts['settings'],
): Promise<void> {
  const hidden = await tx.messages.hide(message.id, now)
  if (hidden === null) throw refusal('not_found') // somebody else's page was faster
  await tx.receipts.addOnce({ id: newId('evt', now), message: message.id, stage: 'not_for_me', at: now, attachment: null })
  const { organization, id: object } = message
  await record(tx, now, { ...who, organization, action: 'message.hidden', object, revision: hidden.revision })
  // No further word to a mailbox that said it is the wrong one.
  await cancelLetters(tx, [{ ...who, organization, object }], now)
  await letterOfWrongRecipient(tx, message, now, settings)
}
