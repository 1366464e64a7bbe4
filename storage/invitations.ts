import type { SignInStore } from '../server/sign-in/store.ts'
import { toColumns, toPerson } from './people.ts'
import type { InvitationRow } from './schema/sign-in.ts'
import type { Work } from './work.ts'

export function invitations({ db, rows }: Work): SignInStore['invitations'] {
  const openRow = async (tokenHash: string, now: number): Promise<InvitationRow | undefined> => {
    const row = await db.selectFrom('invitations').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()
    if (!row) return undefined
    rows.check('invitations', row)
    return row.spent_at === null && row.expires_at > now ? row : undefined
  }

  return {
    async put({ tokenHash, person, expiresAt }) {
      const row = rows.sign('invitations', { token_hash: tokenHash, ...toColumns(person), expires_at: expiresAt, spent_at: null })
      const earlier = db.deleteFrom('invitations').where('person', '=', person.id).where('person_kind', '=', person.kind)
      await earlier.execute()
      await db.insertInto('invitations').values(row).execute()
    },

    async find(tokenHash, now) {
      const row = await openRow(tokenHash, now)
      return row ? toPerson(row) : null
    },

    async spend(tokenHash, now) {
      const row = await openRow(tokenHash, now)
      if (!row) return false
      const spent = rows.sign('invitations', { ...row, spent_at: now })
      const open = db.updateTable('invitations').set(spent).where('token_hash', '=', tokenHash)
      return (await open.where('spent_at', 'is', null).executeTakeFirst()).numUpdatedRows === 1n
    },
  }
}
