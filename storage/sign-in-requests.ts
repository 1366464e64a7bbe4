import type { PassphraseProof, SignInRequest, SignInStore } from '../server/sign-in/store.ts'
import type { Instant } from '../server/time.ts'
import { PORTAL } from './keyring.ts'
import { toColumns, toPerson } from './people.ts'
import type { SignInRequestRow } from './schema/sign-in.ts'
import type { Work } from './work.ts'

/** What is sealed of a sign-in. */
interface Begun {
  locator: string | null
  address: string | null
  proven: PassphraseProof[]
  mailboxAt: Instant | null
}

const NOTHING: Begun = { locator: null, address: null, proven: [], mailboxAt: null }

export function signInRequests({ db, parts, rows }: Work): SignInStore['requests'] {
  const rowOf = async (tokenHash: string): Promise<SignInRequestRow | undefined> => {
    const row = await db.selectFrom('sign_in_requests').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()
    return row && rows.check('sign_in_requests', row)
  }

  const change = async (tokenHash: string, changes: Partial<SignInRequestRow>): Promise<void> => {
    const row = await rowOf(tokenHash)
    if (!row) return
    const changed = rows.sign('sign_in_requests', { ...row, ...changes })
    await db.updateTable('sign_in_requests').set(changed).where('token_hash', '=', tokenHash).execute()
  }

  const learn = async (tokenHash: string, more: Partial<Begun>): Promise<void> => {
    const before = (await parts.find<Begun>(place(tokenHash))) ?? NOTHING
    await parts.put(place(tokenHash), { ...before, ...more })
  }

  const removeAll = async (tokenHashes: string[]): Promise<number> => {
    for (const tokenHash of tokenHashes) {
      await parts.remove(tokenHash)
      await db.deleteFrom('mailbox_codes').where('request', '=', tokenHash).execute()
      await db.deleteFrom('sign_in_requests').where('token_hash', '=', tokenHash).execute()
    }
    return tokenHashes.length
  }

  return {
    async add(request) {
      await db
        .insertInto('sign_in_requests')
        .values(rows.sign('sign_in_requests', toRow(request)))
        .execute()
      const { locator, address, proven, mailboxAt } = request
      await parts.add(place(request.tokenHash), { locator, address, proven, mailboxAt } satisfies Begun)
    },

    async find(tokenHash, now) {
      const row = await rowOf(tokenHash)
      if (!row || row.expires_at <= now) return null
      return toRequest(row, (await parts.find<Begun>(place(tokenHash))) ?? NOTHING)
    },

    async setPassphraseAt(tokenHash, at, proven) {
      await change(tokenHash, { passphrase_at: at })
      await learn(tokenHash, { proven })
    },

    setMailboxAt: (tokenHash, at) => learn(tokenHash, { mailboxAt: at }),
    setChallenge: (tokenHash, challenge) => change(tokenHash, { challenge }),

    async takeChallenge(tokenHash) {
      const row = await rowOf(tokenHash)
      if (!row || row.challenge === null) return null
      const taken = rows.sign('sign_in_requests', { ...row, challenge: null })
      const open = db.updateTable('sign_in_requests').set(taken).where('token_hash', '=', tokenHash)
      const result = await open.where('challenge', '=', row.challenge).executeTakeFirst()
      return result.numUpdatedRows === 1n ? row.challenge : null
    },

    remove: async tokenHash => void (await removeAll([tokenHash])),

    async removeAll({ kind, id }, subject) {
      const meant = db
        .selectFrom('sign_in_requests')
        .select('token_hash')
        .where(request =>
          request.or([
            request.and([request('person', '=', id), request('person_kind', '=', kind)]),
            request.and([request('person', 'is', null), request('subject', '=', subject)]),
          ]),
        )
      return removeAll((await meant.execute()).map(row => row.token_hash))
    },

    async removeExpired(now) {
      const expired = await db.selectFrom('sign_in_requests').select('token_hash').where('expires_at', '<=', now).execute()
      return removeAll(expired.map(row => row.token_hash))
    },
  }
}

const place = (tokenHash: string) => ({ organization: PORTAL, owner: tokenHash, recipient: '', part: 'begun' })

const toRow = (request: SignInRequest): Omit<SignInRequestRow, 'mac'> => ({
  token_hash: request.tokenHash,
  subject: request.subject,
  ...(request.person ? toColumns(request.person) : { person_kind: null, person: null, organization: null }),
  challenge: request.challenge,
  passphrase_at: request.passphraseAt,
  created_at: request.createdAt,
  expires_at: request.expiresAt,
})

function toRequest(row: SignInRequestRow, begun: Begun): SignInRequest {
  const { person_kind, person, organization } = row
  const known = person_kind !== null && person !== null && organization !== null
  return {
    tokenHash: row.token_hash,
    subject: row.subject,
    person: known ? toPerson({ person_kind, person, organization }) : null,
    ...begun,
    challenge: row.challenge,
    passphraseAt: row.passphrase_at,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}
