import type { Asking } from './asking.ts'
import type { Deposit } from './deposit.ts'
import type { Message } from './message.ts'
import type { Letter } from './outbox.ts'
import { askingActor, ownDeposit, requireSender } from './own-deposit.ts'
import type { Parts } from './parts.ts'
import type { Receipt } from './receipt.ts'
import type { Recipient } from './recipient.ts'
import type { SenderRef } from './sender.ts'
import type { Tx } from './store.ts'
import { record } from './trail/entry.ts'
import type { DepositedMessage, DepositLine } from './views.ts'

const LONGEST_PAGE = 100

/**
 * One deposit of this sender: its state and receipts for each recipient. A member of staff sees subject and names with it, so their
 * look is written into the trail before anything is shown.
 *
 * @throws PortalError `not_found`, for somebody else's too; `forbidden`.
 */
export async function depositState(
  { store, clock }: Pick<Parts, 'store' | 'clock'>,
  asking: Asking,
  id: string,
): Promise<DepositLine> {
  const sender = requireSender(asking, 'read')
  if ('staff' in asking) await recordLook(store, clock(), asking, sender, id)
  return store.read(async tx => (await depositLines(tx, [await ownDeposit(tx, sender, id)]))[0]!)
}

const recordLook = (store: Parts['store'], now: number, asking: Asking, sender: SenderRef, id: string): Promise<number> =>
  store.transaction(async tx => {
    const deposit = await ownDeposit(tx, sender, id)
    return record(tx, now, { ...askingActor(asking), action: 'deposit.viewed', object: deposit.id })
  })

/**
 * What this sender deposited, newest first.
 *
 * @param filter.reference - the sender's own name for it; found through the blind index.
 * @param filter.after - id of the last one seen. At most 100 at a time.
 */
export async function listDeposits(
  { store }: Pick<Parts, 'store'>,
  asking: Asking,
  filter: { reference?: string | undefined; after?: string | undefined; limit: number },
): Promise<DepositLine[]> {
  const sender = requireSender(asking, 'read')
  const page = { after: filter.after, limit: Math.min(Math.max(1, Math.trunc(filter.limit)), LONGEST_PAGE) }
  return store.read(async tx => depositLines(tx, await tx.deposits.listForSender(sender, page, filter.reference)))
}

/** Deposits as their sender sees them, in the order given. */
export async function depositLines(tx: Tx, deposits: Deposit[]): Promise<DepositLine[]> {
  // All of them together: a list of a hundred asks the database no oftener than one.
  const messages = await messagesOf(tx, ...deposits.map(({ id }) => id))
  const around = await aroundMessages(tx, messages)
  const byDeposit = Map.groupBy(messages, message => message.deposit)
  return deposits.map(({ id, reference, thread, createdAt }) => {
    const own = byDeposit.get(id) ?? []
    const subject = own.map(message => around.headings.get(message.id)?.subject).find(one => one !== undefined) ?? null
    return { id, reference, thread, subject, createdAt, messages: own.map(message => depositedMessage(message, around)) }
  })
}

/** The messages that deposits made, those of each in the order of its recipients; replies to them are left out. */
export const messagesOf = async (tx: Tx, ...deposits: string[]): Promise<Message[]> =>
  (await tx.messages.ofDeposits(deposits)).filter(message => message.direction === 'to_recipient')

/** What is told of messages beside themselves. */
interface Around {
  headings: Map<string, { subject: string }>
  receipts: Map<string, SeenReceipt[]>
  recipients: Map<string, Recipient>
  letters: Map<string | null, Letter[]>
}

async function aroundMessages(tx: Tx, messages: Message[]): Promise<Around> {
  const [headings, recipients, letters, receipts] = await Promise.all([
    tx.messages.headings(messages),
    tx.recipients.findMany([...new Set(messages.map(message => message.recipient))]),
    tx.outbox.ofMessages(messages.map(message => message.id)),
    receiptsByMessage(tx, messages),
  ])
  return {
    ...{ headings, receipts },
    recipients: new Map(recipients.map(recipient => [recipient.id, recipient])),
    letters: Map.groupBy(letters, letter => letter.message),
  }
}

function depositedMessage(message: Message, around: Around): DepositedMessage {
  const recipient = around.recipients.get(message.recipient)
  const receipts = around.receipts.get(message.id) ?? []
  const letters = (around.letters.get(message.id) ?? []).filter(letter => letter.kind === 'notice')
  return {
    id: message.id,
    recipient: recipient?.address ?? '',
    recipientName: recipient?.name ?? '',
    state: message.state,
    expiresAt: message.expiresAt,
    receipts: receipts.map(({ id, stage, at, file }) => ({ id, stage, at, attachment: file })),
    notices: letters.map(letter => ({
      state: letter.state,
      at: letter.settledAt ?? letter.createdAt,
      attempts: letter.attempts,
      answer: letter.lastAnswer,
    })),
    retractedAt: message.retractedAt,
  }
}

/** A receipt, and the name of the file it tells of. */
export type SeenReceipt = Receipt & { file: string | null }

/** Receipts by message, oldest first. */
export async function receiptsByMessage(tx: Tx, messages: Message[]): Promise<Map<string, SeenReceipt[]>> {
  const ids = messages.map(message => message.id)
  const receipts = await tx.receipts.ofMessages(ids)
  const named = receipts.some(receipt => receipt.attachment !== null) ? await fileNames(tx, messages) : new Map<string, string>()
  const seen = receipts.map(receipt => ({
    ...receipt,
    file: receipt.attachment && (named.get(receipt.attachment) ?? receipt.attachment),
  }))
  return Map.groupBy(
    seen.sort((a, b) => a.at - b.at),
    receipt => receipt.message,
  )
}

/** After disposal nobody knows the names any more; the ids remain. */
async function fileNames(tx: Tx, messages: Message[]): Promise<Map<string, string>> {
  const kept = messages.filter(message => message.state !== 'disposed').map(message => message.id)
  return new Map((await tx.attachments.ofMessages(kept)).map(({ id, name }) => [id, name]))
}
