import type { DepositKey, DepositKeys } from '../server/store.ts'
import { PORTAL } from './keyring.ts'
import type { DepositKeyRow } from './schema.ts'
import type { Work } from './work.ts'

export function depositKeys({ db, parts, rows }: Work): DepositKeys {
  const opened = async (row: DepositKeyRow): Promise<DepositKey> => {
    const { kid, created_at, expires_at } = rows.check('deposit_keys', row)
    return { kid, privateJwk: await parts.get(place(kid)), createdAt: created_at, expiresAt: expires_at }
  }

  return {
    async add({ kid, privateJwk, createdAt, expiresAt }) {
      const row = rows.sign('deposit_keys', { kid, created_at: createdAt, expires_at: expiresAt })
      await db.insertInto('deposit_keys').values(row).execute()
      await parts.add(place(kid), privateJwk)
    },

    async find(kid) {
      const row = await db.selectFrom('deposit_keys').selectAll().where('kid', '=', kid).executeTakeFirst()
      return row ? opened(row) : null
    },

    async published(now) {
      // One that seems to be made later than now comes of another process, whose clock is ahead: it is as good.
      const valid = db.selectFrom('deposit_keys').selectAll().where('expires_at', '>', now)
      const keys: DepositKey[] = []
      for (const row of await valid.orderBy('created_at', 'desc').orderBy('kid').execute()) keys.push(await opened(row))
      return keys
    },
  }
}

const place = (kid: string) => ({ organization: PORTAL, owner: kid, recipient: '', part: 'private' })
