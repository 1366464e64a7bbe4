import type { Kysely } from 'kysely'
import type { Preferences } from '../server/preferences.ts'
import type { Recipient } from '../server/recipient.ts'
import type { Recipients } from '../server/store.ts'
import { inBatches } from './batches.ts'
import { prepared } from './prepared.ts'
import type { Database, RecipientRow } from './schema.ts'
import { type SealedParts, withKeys } from './sealed-parts.ts'
import { keyedHash } from './sealing/blind-index.ts'
import type { PortalKeys, Work } from './work.ts'

/** By which a recipient is found whatever their organization. */
export const portalAddressIndex = (portal: PortalKeys, address: string): string =>
  keyedHash(portal.index, 'recipient address', address)

/** As they are kept: what an earlier release did not know of is missing. */
type KeptPreferences = Pick<Preferences, 'language'> & Partial<Preferences>
const UNSAID = { choseLanguage: false, timeZone: null, display: null, wantsReminders: true } as const

type SealedOf = Awaited<ReturnType<SealedParts['ofIds']>>

export function recipients({ db, keyring, parts, rows, portal }: Work): Recipients {
  const indexIn = async (organization: string, address: string) =>
    keyedHash(await keyring.hashing(organization, 'blind index'), 'recipient address', address)
  const indexAcross = (address: string) => portalAddressIndex(portal, address)

  const opened = async (row: RecipientRow, sealedOf: SealedOf): Promise<Recipient> => {
    const { id, organization } = rows.check('recipients', row)
    const sealed = sealedOf(owner(row))
    return {
      id,
      organization,
      address: await sealed.get<string>('address'),
      name: await sealed.get<string>('name'),
      ...UNSAID,
      ...(await sealed.get<KeptPreferences>('preferences')),
      createdAt: row.created_at,
      confirmedAt: row.confirmed_at,
    }
  }

  const rowOf = async (id: string): Promise<RecipientRow | undefined> => {
    const [row] = (await byId(db, { id })).rows
    return row && rows.check('recipients', row)
  }

  const prefer: Recipients['prefer'] = async (id, changes) => {
    const row = await rowOf(id)
    if (!row) return false
    const before = await parts.get<KeptPreferences>(place(row, 'preferences'))
    await parts.put(place(row, 'preferences'), { ...before, ...changes } satisfies KeptPreferences)
    return true
  }

  return {
    async add(recipient) {
      const { id, organization, address, name, createdAt, confirmedAt, ...preferences } = recipient
      const row = rows.sign('recipients', {
        id,
        organization,
        address_index: await indexIn(organization, address),
        portal_address_index: indexAcross(address),
        created_at: createdAt,
        confirmed_at: confirmedAt,
      })
      await db.insertInto('recipients').values(row).execute()
      await parts.add(place(recipient, 'address'), address)
      await parts.add(place(recipient, 'name'), name)
      await parts.add(place(recipient, 'preferences'), preferences satisfies KeptPreferences)
      return { ...UNSAID, ...recipient }
    },

    async find(id) {
      const [row, sealedOf] = await Promise.all([rowOf(id), parts.ofIds([id])])
      return row ? opened(row, sealedOf) : null
    },

    async findMany(ids) {
      const rowsOf = inBatches(ids, async some => (await byIds(db, { ids: some })).rows)
      const [found, sealedOf] = await Promise.all([rowsOf, parts.ofIds(ids)])
      return Promise.all(found.map(row => opened(row, sealedOf)))
    },

    async findInOrganization(organization, address) {
      const index = await indexIn(organization, address)
      const sealed = parts.ofSelected(on => sealedByAddress(on, { organization, index }))
      const [found, sealedOf] = await Promise.all([byAddress(db, { organization, index }), sealed])
      const [row] = found.rows
      return row ? opened(row, sealedOf) : null
    },

    async findByAddress(address) {
      const everywhere = db.selectFrom('recipients').selectAll().where('portal_address_index', '=', indexAcross(address))
      const found: Recipient[] = []
      for (const row of await everywhere.orderBy('id', 'desc').execute())
        found.push(await opened(row, await parts.ofIds([row.id])))
      return found
    },

    async confirm(id, at) {
      const row = await rowOf(id)
      if (!row || row.confirmed_at !== null) return false
      const confirmed = rows.sign('recipients', { ...row, confirmed_at: at })
      const open = db.updateTable('recipients').set(confirmed).where('id', '=', id).where('confirmed_at', 'is', null)
      return (await open.executeTakeFirst()).numUpdatedRows === 1n
    },

    prefer,
  }
}

const byId = prepared((db, { id }: { id: string }) => db.selectFrom('recipients').selectAll().where('id', '=', id))

const byIds = prepared((db, { ids }: { ids: readonly string[] }) =>
  db.selectFrom('recipients').selectAll().where('id', 'in', ids),
)

interface Indexed {
  organization: string
  index: string
}

const byIndex = (db: Kysely<Database>, { organization, index }: Indexed) =>
  db.selectFrom('recipients').where('organization', '=', organization).where('address_index', '=', index)

const byAddress = prepared((db, given: Indexed) => byIndex(db, given).selectAll())

const sealedByAddress = prepared((db, given: Indexed) => withKeys(db).where('owner', '=', byIndex(db, given).select('id')))

const owner = ({ id, organization }: { id: string; organization: string }) => ({ organization, owner: id, recipient: id })

const place = (row: { id: string; organization: string }, part: string) => ({ ...owner(row), part })
