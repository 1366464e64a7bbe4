import type { Receipt, ReceiptStage } from '../server/receipt.ts'
import type { Receipts } from '../server/store.ts'
import { inBatches } from './batches.ts'
import type { ReceiptRow } from './schema.ts'
import type { Work } from './work.ts'

export function receipts({ db }: Work): Receipts {
  const same = ({ message, stage, attachment }: Receipt) => {
    const ofStage = db.selectFrom('receipts').select('id').where('message', '=', message).where('stage', '=', stage)
    return attachment === null ? ofStage.where('attachment', 'is', null) : ofStage.where('attachment', '=', attachment)
  }

  return {
    async add(receipt) {
      await db.insertInto('receipts').values(toRow(receipt, null)).execute()
    },

    async addOnce(receipt) {
      if (await same(receipt).executeTakeFirst()) return false
      const once = [receipt.message, receipt.stage, receipt.attachment ?? ''].join(' ')
      const added = db
        .insertInto('receipts')
        .values(toRow(receipt, once))
        .onConflict(conflict => conflict.column('once').where('once', 'is not', null).doNothing())
      return (await added.executeTakeFirst()).numInsertedOrUpdatedRows === 1n
    },

    async ofMessages(messages) {
      const found = await inBatches(messages, some =>
        db.selectFrom('receipts').selectAll().where('message', 'in', some).execute(),
      )
      return found.map(toReceipt).sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1))
    },

    async has(message, stage) {
      const first = db.selectFrom('receipts').select('id').where('message', '=', message).where('stage', '=', stage).limit(1)
      return (await first.executeTakeFirst()) !== undefined
    },
  }
}

const toRow = (receipt: Receipt, once: string | null): ReceiptRow => ({ ...receipt, once })

const toReceipt = ({ once: _, stage, ...row }: ReceiptRow): Receipt => ({ ...row, stage: stage as ReceiptStage })
