import type { Organization } from '../server/organization.ts'
import type { Organizations } from '../server/store.ts'
import { prepared } from './prepared.ts'
import type { OrganizationRow } from './schema.ts'
import type { Work } from './work.ts'

type Profile = Omit<Organization, 'id' | 'createdAt'>

export function organizations({ db, keyring, parts }: Work): Organizations {
  const opened = async (row: OrganizationRow): Promise<Organization> => {
    const profile = await parts.get<Profile>(place(row.id))
    return { id: row.id, ...profile, createdAt: row.created_at }
  }

  return {
    async add({ id, createdAt, ...profile }) {
      await db.insertInto('organizations').values({ id, created_at: createdAt }).execute()
      await keyring.addFor(id, createdAt)
      await parts.add(place(id), profile)
    },

    async find(id) {
      const [row] = (await byId(db, { id })).rows
      return row ? opened(row) : null
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

const place = (id: string) => ({ organization: id, owner: id, recipient: '', part: 'profile' })
