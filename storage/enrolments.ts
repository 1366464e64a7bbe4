import type { PendingEnrolment, SignInStore } from '../server/sign-in/store.ts'
import { toColumns, toPerson } from './people.ts'
import type { EnrolmentRow } from './schema/sign-in.ts'
import type { Work } from './work.ts'

type Choices = Pick<PendingEnrolment, 'passphrase' | 'totpSecret'>

export function enrolments({ db, parts, rows }: Work): SignInStore['enrolments'] {
  const rowOf = async (tokenHash: string): Promise<EnrolmentRow | undefined> => {
    const row = await db.selectFrom('enrolments').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()
    return row && rows.check('enrolments', row)
  }

  const removeAll = async (tokenHashes: string[]): Promise<number> => {
    for (const tokenHash of tokenHashes) {
      await parts.remove(tokenHash)
      await db.deleteFrom('enrolments').where('token_hash', '=', tokenHash).execute()
    }
    return tokenHashes.length
  }

  return {
    async put({ tokenHash, person, passphrase, totpSecret, challenge, createdAt }) {
      const row = rows.sign('enrolments', { token_hash: tokenHash, ...toColumns(person), challenge, created_at: createdAt })
      await db
        .insertInto('enrolments')
        .values(row)
        .onConflict(conflict => conflict.column('token_hash').doUpdateSet(row))
        .execute()
      await parts.put(place(row), { passphrase, totpSecret } satisfies Choices)
    },

    async find(tokenHash) {
      const row = await rowOf(tokenHash)
      if (!row) return null
      const choices = await parts.get<Choices>(place(row))
      return { tokenHash, person: toPerson(row), ...choices, challenge: row.challenge, createdAt: row.created_at }
    },

    async takeChallenge(tokenHash) {
      const row = await rowOf(tokenHash)
      if (!row || row.challenge === null) return null
      const taken = rows.sign('enrolments', { ...row, challenge: null })
      const open = db.updateTable('enrolments').set(taken).where('token_hash', '=', tokenHash)
      const result = await open.where('challenge', '=', row.challenge).executeTakeFirst()
      return result.numUpdatedRows === 1n ? row.challenge : null
    },

    remove: async tokenHash => void (await removeAll([tokenHash])),

    async removeStale(createdBefore) {
      const stale = await db.selectFrom('enrolments').select('token_hash').where('created_at', '<', createdBefore).execute()
      return removeAll(stale.map(row => row.token_hash))
    },
  }
}

const place = ({ token_hash, organization, person }: Pick<EnrolmentRow, 'token_hash' | 'organization' | 'person'>) => ({
  organization,
  owner: token_hash,
  recipient: person,
  part: 'choices',
})
