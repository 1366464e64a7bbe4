import { isPortalError, PortalError } from '../server/errors.ts'
import type { Keys, WrappingKey } from '../server/keys/store.ts'
import type { Instant } from '../server/time.ts'
import type { OpenKeys } from './open-keys.ts'
import { addRootKey, rootKeyRows } from './root-keys.ts'
import type { DataKeyRow, OrganizationKeyRow } from './schema/keys.ts'
import { rewrapKey } from './sealing/rewrap.ts'
import type { Work } from './work.ts'

export function keys(work: Work): Keys {
  const { db, keyring } = work
  const open = work.portal.organizations
  const wrappingRows = () => db.selectFrom('organization_keys').selectAll().where('purpose', '=', 'wrapping')

  return {
    async list(organization) {
      const some = organization === undefined ? wrappingRows() : wrappingRows().where('organization', '=', organization)
      const rows = await some.orderBy('organization').orderBy('created_at').execute()
      const count = new Map<string, number>()
      return rows.map((row): WrappingKey => {
        const epoch = (count.get(row.organization) ?? 0) + 1
        count.set(row.organization, epoch)
        return { ...shown(open, row), epoch }
      })
    },

    async dataKeyCounts() {
      const counted = await db
        .selectFrom('data_keys')
        .select(({ fn }) => ['kek', fn.countAll().as('count')])
        .groupBy('kek')
        .execute()
      return new Map(counted.map(({ kek, count }) => [kek, Number(count)]))
    },

    async addWrappingKey(organization, now) {
      const [before] = await wrappingRows()
        .where('organization', '=', organization)
        .orderBy('created_at', 'desc')
        .limit(1)
        .execute()
      if (!before) throw new PortalError('not_found', 'There is no such organization.')
      open.check(before)
      // The newest is told by this time, so a clock that was set back must not make it older than the one before.
      const { id } = await keyring.add(organization, 'wrapping', Math.max(now, before.created_at + 1))
      return { id, before: before.id }
    },

    async lastDataKey() {
      const { last } = await db
        .selectFrom('data_keys')
        .select(({ fn }) => fn.max('number').as('last'))
        .executeTakeFirstOrThrow()
      return Number(last ?? 0)
    },

    async dataKeysUnder(under, { from, to }) {
      const rows = db.selectFrom('data_keys').select('number').where('number', '>=', from).where('number', '<=', to)
      const found = await rows.where('kek', 'in', under).orderBy('number').execute()
      return found.map(row => row.number)
    },

    async rewrap(numbers) {
      if (numbers.length === 0) return { rewrapped: 0, damaged: [] }
      const rows = await db.selectFrom('data_keys').selectAll().where('number', 'in', numbers).execute()
      const rewrapped: DataKeyRow[] = []
      const damaged: number[] = []
      const organizations = await organizationsOf(work, new Set(rows.map(row => row.kek)))
      for (const row of rows) {
        const organization = organizations.get(row.kek)
        const anew = organization === undefined ? 'damaged' : await wrappedAnew(work, row, organization)
        if (anew === 'damaged') damaged.push(row.number)
        else if (anew !== 'current') rewrapped.push(anew)
      }
      await overwrite(work, rewrapped)
      return { rewrapped: rewrapped.length, damaged }
    },

    async retire(id, at) {
      const row = await wrappingRows().where('id', '=', id).executeTakeFirstOrThrow()
      const { mac: _, ...columns } = open.check(row)
      const retired = open.seal({ ...columns, wrapped: new Uint8Array(0), retired_at: at })
      await db.updateTable('organization_keys').set(retired).where('id', '=', id).execute()
      keyring.forget()
      open.drop(id)
      retiredIn(work, id)
    },

    async rootKeys() {
      const rows = await rootKeyRows(db)
      return rows.map(({ id, created_at, retired_at }) => ({
        ...{ id, createdAt: created_at, retiredAt: retired_at, isSet: id === open.root.id },
      }))
    },

    async addRootKey(now) {
      const isNew = await addRootKey(db, open, now)
      const before = (await rootKeyRows(db)).filter(({ id, retired_at }) => retired_at === null && id !== open.root.id)
      return { id: open.root.id, isNew, before: before.map(({ id }) => id) }
    },

    async rewrapOrganizationKeys(limit) {
      const rows = await db
        .selectFrom('organization_keys')
        .selectAll()
        .where('root_key', '!=', open.root.id)
        .orderBy('id')
        .limit(limit)
        .execute()
      for (const row of rows) {
        const { id, ...columns } = open.underRoot(row)
        await db.updateTable('organization_keys').set(columns).where('id', '=', id).execute()
      }
      keyring.forget()
      const { left } = await db
        .selectFrom('organization_keys')
        .select(({ fn }) => fn.countAll().as('left'))
        .where('root_key', '!=', open.root.id)
        .executeTakeFirstOrThrow()
      return { done: rows.length, left: Number(left) }
    },

    async retireRootKey(id, at) {
      await db.updateTable('root_keys').set({ retired_at: at }).where('id', '=', id).execute()
      retiredIn(work, id)
    },
  }
}

/** Without its entry a retired key could not be told from an older copy put back; what lay under it must leave every file. */
function retiredIn(work: Work, id: string): void {
  work.changed.set(id, 1)
  work.shredded = true
}

function shown(open: OpenKeys, row: OrganizationKeyRow): Omit<WrappingKey, 'epoch'> {
  const { id, organization, root_key, created_at, retired_at } = open.check(row)
  return { id, organization, rootKey: root_key, createdAt: created_at as Instant, retiredAt: retired_at }
}

/** Whose each of these wrapping keys is. */
async function organizationsOf({ db, portal }: Work, ids: ReadonlySet<string>): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('organization_keys')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.map(row => [portal.organizations.check(row).id, row.organization]))
}

async function wrappedAnew(
  { keyring }: Work,
  row: DataKeyRow,
  organization: string,
): Promise<DataKeyRow | 'current' | 'damaged'> {
  const current = await keyring.wrapping(organization)
  if (row.kek === current.id) return 'current'
  // Of a destroyed key only its place is left; it moves along, so that nothing is under the old key.
  if (row.wrapped.every(byte => byte === 0)) return { ...row, kek: current.id }
  const before = await keyring.wrappingById(row.kek, organization)
  try {
    return { ...row, kek: current.id, wrapped: rewrapKey(before, current.key, row.wrapped) }
  } catch (error) {
    if (!isPortalError(error) || error.code !== 'tampered') throw error
    return 'damaged'
  }
}

/** In place: rows of the same size, so that SQLite keeps no copy of what they held. */
async function overwrite({ db }: Work, rows: readonly DataKeyRow[]): Promise<void> {
  if (rows.length === 0) return
  await db
    .insertInto('data_keys')
    .values(rows)
    .onConflict(conflict =>
      conflict.column('number').doUpdateSet(({ ref }) => ({ kek: ref('excluded.kek'), wrapped: ref('excluded.wrapped') })),
    )
    .execute()
}
