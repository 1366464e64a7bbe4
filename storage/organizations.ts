import type { Organization, Organizations } from '../server/organization.ts'
import { prepared } from './prepared.ts'
import type { OrganizationRow } from './schema.ts'
import { tampered } from './sealing/refusal.ts'
import type { Work } from './work.ts'

type Profile = Omit<Organization, 'id' | 'createdAt'>

export function organizations({ db, keyring, parts }: Work): Organizations {
  const opened = async (row: OrganizationRow): Promise<Organization> => {
    const profile = await parts.get<Profile>(place(row.id))
    return toOrganization(row, profile)
  }

  return {
    async add({ id, createdAt, ...profile }) {
      await db.insertInto('organizations').values({ id, created_at: createdAt }).execute()
      await keyring.addFor(id, createdAt)
      await parts.add(place(id), profile)
    },

    async change({ id, createdAt: _, ...profile }) {
      const { rows } = await byId(db, { id })
      if (rows.length === 0) return false
      await parts.put(place(id), profile)
      return true
    },

    async find(id) {
      // Asked together.
      const [{ rows }, profile] = await Promise.all([byId(db, { id }), parts.find<Profile>(place(id))])
      const [row] = rows
      if (!row) return null
      if (profile === undefined) throw tampered()
      return toOrganization(row, profile)
    },

    async only() {
      const [row, another] = await db.selectFrom('organizations').selectAll().orderBy('id').limit(2).execute()
      return row === undefined || another !== undefined ? null : opened(row)
    },

    async list() {
      const rows = await db.selectFrom('organizations').selectAll().orderBy('id').execute()
      const all: Organization[] = []
      for (const row of rows) all.push(await opened(row))
      return all
    },
  }
}

const byId = prepared((db, { id }: { id: string }) => db.selectFrom('organizations').selectAll().where('id', '=', id))

const toOrganization = ({ id, created_at }: OrganizationRow, profile: Profile): Organization => ({
  id,
  ...profile,
  createdAt: created_at,
})

const place = (id: string) => ({ organization: id, owner: id, recipient: '', part: 'profile' })
