import type { Kysely } from 'kysely'
import type { Receipt, ReceiptStage } from '../server/receipt.ts'
import type { Receipts } from '../server/store.ts'
import { inBatches } from './batches.ts'
import { prepared } from './prepared.ts'
import type { Database, ReceiptRow } from './schema.ts'
import type { Work } from './work.ts'

export function receipts({ db }: Work): Receipts {
  return {
    async add(receipt) {
      await insert(db, { row: toRow(receipt, null) })
    },

    async addOnce(receipt) {
      const { message, stage, attachment } = receipt
      // Also those of the time before `once` was written.
      const { rows } = await (attachment === null
        ? ofStage(db, { message, stage })
        : ofAttachment(db, { message, stage, attachment }))
      if (rows.length > 0) return false
      return (await insertOnce(db, { rows: [toRow(receipt, onceOf(receipt))] })).rows.length === 1
    },

    async addEachOnce(receipts) {
      const messages = [...new Set(receipts.map(({ message }) => message))]
      const before = await inBatches(messages, async some => (await ofMessages(db, { messages: some })).rows)
      // Also those of the time before `once` was written.
      const has = new Set(before.map(toReceipt).map(onceOf))
      const fresh = receipts.filter(receipt => !has.has(onceOf(receipt))).map(receipt => toRow(receipt, onceOf(receipt)))
      const added = await inBatches(fresh, async some => (await insertOnce(db, { rows: some })).rows)
      return new Set(added.map(({ id }) => id))
    },

    async ofMessages(messages) {
      const found = await inBatches(messages, async some => (await ofMessages(db, { messages: some })).rows)
      return found.map(toReceipt).sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1))
    },

    async has(message, stage) {
      return (await anyOfStage(db, { message, stage })).rows.length > 0
    },
  }
}

const insert = prepared((db, { row }: { row: ReceiptRow }) => db.insertInto('receipts').values(row))

const insertOnce = prepared((db, { rows }: { rows: readonly ReceiptRow[] }) =>
  db
    .insertInto('receipts')
    .values(rows)
    .onConflict(conflict => conflict.column('once').where('once', 'is not', null).doNothing())
    .returning('id'),
)

const ofMessages = prepared((db, { messages }: { messages: readonly string[] }) =>
  db.selectFrom('receipts').selectAll().where('message', 'in', messages),
)

interface Stage {
  message: string
  stage: string
}

const any = (db: Kysely<Database>, { message, stage }: Stage) =>
  db.selectFrom('receipts').select('id').where('message', '=', message).where('stage', '=', stage).limit(1)

const anyOfStage = prepared(any)
const ofStage = prepared((db, given: Stage) => any(db, given).where('attachment', 'is', null))
const ofAttachment = prepared((db, { attachment, ...given }: Stage & { attachment: string }) =>
  any(db, given).where('attachment', '=', attachment),
)

const onceOf = ({ message, stage, attachment }: Receipt): string => [message, stage, attachment ?? ''].join(' ')

const toRow = (receipt: Receipt, once: string | null): ReceiptRow => ({ ...receipt, once })

const toReceipt = ({ once: _, stage, ...row }: ReceiptRow): Receipt => ({ ...row, stage: stage as ReceiptStage })
