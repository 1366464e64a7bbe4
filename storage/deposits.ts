import type { Deposit, Idempotency } from '../server/deposit.ts'
import { PortalError } from '../server/errors.ts'
import type { Deposits } from '../server/store.ts'
import { prepared } from './prepared.ts'
import type { DepositRow } from './schema.ts'
import { keyedHash } from './sealing/blind-index.ts'
import type { Work } from './work.ts'

/** Sealed together. Without `idempotency`, where there is one, it was sealed apart: so did the first release. */
type Particulars = Pick<Deposit, 'reference' | 'fallbackReason'> & { idempotency?: Idempotency | null }

export function deposits({ db, keyring, parts, rows, portal, expected }: Work): Deposits {
  const referenceIndex = async (organization: string, reference: string) =>
    keyedHash(await keyring.hashing(organization, 'blind index'), 'deposit reference', reference)
  // The client's key may be no more than a number that counts up, so its bare hash could be guessed.
  const idempotencyIndex = (client: string, keyHash: string) => keyedHash(portal.index, 'idempotency key', client, keyHash)

  const openedAll = async (found: readonly DepositRow[]): Promise<Deposit[]> => {
    for (const row of found) rows.check('deposits', row)
    const particulars = await parts.getMany<Particulars>(found.map(row => place(row, 'particulars')))
    const isApart = (row: DepositRow) => row.idempotency_index !== null && particulars.get(row.id)!.idempotency === undefined
    const apart = await parts.getMany<Idempotency>(found.filter(isApart).map(row => place(row, 'idempotency')))
    return found.map(row => toDeposit(row, particulars.get(row.id)!, apart.get(row.id) ?? null))
  }

  const opened = async (row: DepositRow | undefined): Promise<Deposit | null> =>
    row ? ((await openedAll([row]))[0] ?? null) : null

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
      expected.oneRow(insert(db, { row }), () => new PortalError('conflict', 'This deposit has been made before.'))
      await parts.add(place(deposit, 'particulars'), { reference, fallbackReason, idempotency } satisfies Particulars)
    },

    async find(id) {
      const { rows: found } = await byId(db, { id })
      return opened(found[0])
    },

    async findByIdempotencyKey(client, keyHash) {
      const { rows: found } = await byIdempotency(db, { client, index: idempotencyIndex(client, keyHash) })
      return opened(found[0])
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

const insert = prepared((db, { row }: { row: DepositRow }) =>
  db
    .insertInto('deposits')
    .values(row)
    .onConflict(conflict => conflict.doNothing()),
)

const byId = prepared((db, { id }: { id: string }) => db.selectFrom('deposits').selectAll().where('id', '=', id))

const byIdempotency = prepared((db, { client, index }: { client: string; index: string }) =>
  db.selectFrom('deposits').selectAll().where('sender', '=', client).where('idempotency_index', '=', index),
)

function toDeposit(row: DepositRow, { reference, fallbackReason, idempotency }: Particulars, apart: Idempotency | null): Deposit {
  const { id, organization, thread, retention } = row
  return {
    ...{ id, organization, thread, retention, reference, fallbackReason },
    sender: { kind: row.sender_kind, id: row.sender, organization },
    createdAt: row.created_at,
    idempotency: idempotency ?? apart,
  }
}

const place = ({ id, organization }: { id: string; organization: string }, part: string) => ({
  organization,
  owner: id,
  recipient: '',
  part,
})
