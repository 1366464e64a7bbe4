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
      const once = [receipt.message, receipt.stage, receipt.attachment ?? ''].join(' ')
      return (await insertOnce(db, { row: toRow(receipt, once) })).numAffectedRows === 1n
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

const insertOnce = prepared((db, { row }: { row: ReceiptRow }) =>
  db
    .insertInto('receipts')
    .values(row)
    .onConflict(conflict => conflict.column('once').where('once', 'is not', null).doNothing()),
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

const toRow = (receipt: Receipt, once: string | null): ReceiptRow => ({ ...receipt, once })

const toReceipt = ({ once: _, stage, ...row }: ReceiptRow): Receipt => ({ ...row, stage: stage as ReceiptStage })
