import type { Receipt, ReceiptStage } from '../server/receipt.ts'
import type { Receipts } from '../server/store.ts'
import { inBatches } from './batches.ts'
import { prepared } from './prepared.ts'
import type { ReceiptRow } from './schema.ts'
import type { Work } from './work.ts'

export function receipts({ db }: Work): Receipts {
  const same = ({ message, stage, attachment }: Receipt) => {
    const ofStage = db.selectFrom('receipts').select('id').where('message', '=', message).where('stage', '=', stage)
    return attachment === null ? ofStage.where('attachment', 'is', null) : ofStage.where('attachment', '=', attachment)
  }

  return {
    async add(receipt) {
      await insert(db, { row: toRow(receipt, null) })
    },

    async addOnce(receipt) {
      if (await same(receipt).executeTakeFirst()) return false
      const once = [receipt.message, receipt.stage, receipt.attachment ?? ''].join(' ')
      return (await insertOnce(db, { row: toRow(receipt, once) })).numAffectedRows === 1n
    },

    async ofMessages(messages) {
      const found = await inBatches(messages, async some => (await ofMessages(db, { messages: some })).rows)
      return found.map(toReceipt).sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1))
    },

    async has(message, stage) {
      const first = db.selectFrom('receipts').select('id').where('message', '=', message).where('stage', '=', stage).limit(1)
      return (await first.executeTakeFirst()) !== undefined
    },
  }
}

const insert = prepared((db, { row }: { row: ReceiptRow }) => db.insertInto('receipts').values(row))

const insertOnce = prepared((db, { row }: { row: ReceiptRow }) =>
  db
    .insertInto('receipts')
    .values(row)
    .onConflict(conflict => conflict.column('once').where('once', 'is not', null).doNothing()),
)

const ofMessages = prepared((db, { messages }: { messages: readonly string[] }) =>
  db.selectFrom('receipts').selectAll().where('message', 'in', messages),
)

const toRow = (receipt: Receipt, once: string | null): ReceiptRow => ({ ...receipt, once })

const toReceipt = ({ once: _, stage, ...row }: ReceiptRow): Receipt => ({ ...row, stage: stage as ReceiptStage })
