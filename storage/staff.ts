import type { Role, StaffMember } from '../server/staff.ts'
import type { StaffMembers } from '../server/store.ts'
import { refuseEnded } from './endings.ts'
import type { StaffRow } from './schema.ts'
import { keyedHash } from './sealing/blind-index.ts'
import type { PortalKeys, Work } from './work.ts'

/** By which a member of staff is found. */
export const staffAddressIndex = (portal: PortalKeys, address: string): string =>
  keyedHash(portal.index, 'staff address', address)

export function staff({ db, parts, rows, portal }: Work): StaffMembers {
  const addressIndex = (address: string) => staffAddressIndex(portal, address)

  const opened = async (row: StaffRow): Promise<StaffMember> => {
    const { id, organization, disabled_at } = rows.check('staff', row)
    if (disabled_at === null) await refuseEnded(db, [id], 'staff.disabled')
    return {
      id,
      organization,
      address: await parts.get<string>(place(row, 'address')),
      name: await parts.get<string>(place(row, 'name')),
      role: row.role as Role,
      createdAt: row.created_at,
      disabledAt: row.disabled_at,
    }
  }

  const openedAll = async (found: StaffRow[]): Promise<StaffMember[]> => {
    const members: StaffMember[] = []
    for (const row of found) members.push(await opened(row))
    return members
  }

  return {
    async add(member) {
      const { id, organization, address, name, role } = member
      const row = { id, organization, role, address_index: addressIndex(address) }
      const times = { created_at: member.createdAt, disabled_at: member.disabledAt }
      await db
        .insertInto('staff')
        .values(rows.sign('staff', { ...row, ...times }))
        .execute()
      await parts.add(place(member, 'address'), address)
      await parts.add(place(member, 'name'), name)
    },

    async find(id) {
      const row = await db.selectFrom('staff').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? opened(row) : null
    },

    async findByAddress(address) {
      const found = db.selectFrom('staff').selectAll().where('address_index', '=', addressIndex(address))
      return openedAll(await found.orderBy('id').execute())
    },

    async list(organization, role) {
      const all = db.selectFrom('staff').selectAll().where('organization', '=', organization)
      // What is not asked for is not opened: a hospital has thousands, and a privacy office of a few.
      return openedAll(await (role === undefined ? all : all.where('role', '=', role)).orderBy('id').execute())
    },

    async disable(id, at) {
      const row = await db.selectFrom('staff').selectAll().where('id', '=', id).executeTakeFirst()
      if (!row || row.disabled_at !== null) return false
      const disabled = rows.sign('staff', { ...rows.check('staff', row), disabled_at: at })
      const result = await db
        .updateTable('staff')
        .set(disabled)
        .where('id', '=', id)
        .where('disabled_at', 'is', null)
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },
  }
}

const place = ({ id, organization }: { id: string; organization: string }, part: string) => ({
  organization,
  owner: id,
  recipient: '',
  part,
})
