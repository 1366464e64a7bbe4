import type { Deposit, Idempotency } from '../server/deposit.ts'
import { PortalError } from '../server/errors.ts'
import type { Deposits } from '../server/store.ts'
import type { DepositRow } from './schema.ts'
import { keyedHash } from './sealing/blind-index.ts'
import type { Work } from './work.ts'

type Particulars = Pick<Deposit, 'reference' | 'fallbackReason'>

export function deposits({ db, keyring, parts, rows, portal }: Work): Deposits {
  const referenceIndex = async (organization: string, reference: string) =>
    keyedHash(await keyring.hashing(organization, 'blind index'), 'deposit reference', reference)
  // The client's key may be no more than a number that counts up, so its bare hash could be guessed.
  const idempotencyIndex = (client: string, keyHash: string) => keyedHash(portal.index, 'idempotency key', client, keyHash)

  const opened = async (row: DepositRow): Promise<Deposit> => {
    const { id, organization } = rows.check('deposits', row)
    return {
      id,
      sender: { kind: row.sender_kind, id: row.sender, organization },
      organization,
      ...(await parts.get<Particulars>(place(row, 'particulars'))),
      thread: row.thread,
      retention: row.retention,
      createdAt: row.created_at,
      idempotency: row.idempotency_index === null ? null : await parts.get<Idempotency>(place(row, 'idempotency')),
    }
  }

  const openedAll = async (found: DepositRow[]): Promise<Deposit[]> => {
    const all: Deposit[] = []
    for (const row of found) all.push(await opened(row))
    return all
  }

  return {
    async add(deposit) {
      const { id, organization, sender, thread, retention, reference, fallbackReason, idempotency } = deposit
      const row = rows.sign('deposits', {
        id,
        organization,
        sender_kind: sender.kind,
        sender: sender.id,
        thread,
        retention,
        reference_index: reference === null ? null : await referenceIndex(organization, reference),
        idempotency_index: idempotency && idempotencyIndex(sender.id, idempotency.keyHash),
        created_at: deposit.createdAt,
      })
      const result = await db
        .insertInto('deposits')
        .values(row)
        .onConflict(conflict => conflict.doNothing())
        .executeTakeFirst()
      if (result.numInsertedOrUpdatedRows !== 1n) throw new PortalError('conflict', 'This deposit has been made before.')
      await parts.add(place(deposit, 'particulars'), { reference, fallbackReason })
      if (idempotency) await parts.add(place(deposit, 'idempotency'), idempotency)
    },

    async find(id) {
      const row = await db.selectFrom('deposits').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? opened(row) : null
    },

    async findByIdempotencyKey(client, keyHash) {
      const own = db.selectFrom('deposits').selectAll().where('sender', '=', client)
      const row = await own.where('idempotency_index', '=', idempotencyIndex(client, keyHash)).executeTakeFirst()
      return row ? opened(row) : null
    },

    async listForSender(sender, { after, limit }, reference) {
      let own = db.selectFrom('deposits').selectAll().where('sender', '=', sender.id).where('sender_kind', '=', sender.kind)
      own = own.where('organization', '=', sender.organization)
      if (reference !== undefined) own = own.where('reference_index', '=', await referenceIndex(sender.organization, reference))
      if (after !== undefined) own = own.where('id', '<', after)
      return openedAll(await own.orderBy('id', 'desc').limit(limit).execute())
    },

    async listForOrganization(organization, { after, limit }) {
      let all = db.selectFrom('deposits').selectAll().where('organization', '=', organization)
      if (after !== undefined) all = all.where('id', '<', after)
      return openedAll(await all.orderBy('id', 'desc').limit(limit).execute())
    },
  }
}

const place = ({ id, organization }: { id: string; organization: string }, part: string) => ({
  organization,
  owner: id,
  recipient: '',
  part,
})
