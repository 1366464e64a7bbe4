import type { SignInStore } from '../server/sign-in/store.ts'
import type { MailboxCodeRow } from './schema/sign-in.ts'
import { keyedHash, sameBytes } from './sealing/blind-index.ts'
import type { Work } from './work.ts'

export function mailboxCodes({ db, rows, portal }: Work): SignInStore['mailboxCodes'] {
  const hashOf = (request: string, code: string) => keyedHash(portal.codes, 'mailbox code', request, code)

  const rowOf = async (request: string): Promise<MailboxCodeRow | undefined> => {
    const row = await db.selectFrom('mailbox_codes').selectAll().where('request', '=', request).executeTakeFirst()
    return row && rows.check('mailbox_codes', row)
  }

  return {
    async put({ request, code, reference, createdAt, expiresAt }) {
      const times = { created_at: createdAt, expires_at: expiresAt, spent_at: null }
      const row = rows.sign('mailbox_codes', { request, code_hash: hashOf(request, code), reference, ...times })
      await db
        .insertInto('mailbox_codes')
        .values(row)
        .onConflict(conflict => conflict.column('request').doUpdateSet(row))
        .execute()
    },

    async spend(request, code, now) {
      const row = await rowOf(request)
      if (!row || row.spent_at !== null || row.expires_at <= now) return false
      if (!sameBytes(Buffer.from(hashOf(request, code)), Buffer.from(row.code_hash))) return false
      const spent = rows.sign('mailbox_codes', { ...row, spent_at: now })
      const open = db
        .updateTable('mailbox_codes')
        .set(spent)
        .where('request', '=', request)
        .where('code_hash', '=', row.code_hash)
      return (await open.where('spent_at', 'is', null).executeTakeFirst()).numUpdatedRows === 1n
    },

    reference: async request => (await rowOf(request))?.reference ?? null,
  }
}
