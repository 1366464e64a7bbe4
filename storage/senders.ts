import type { Kysely } from 'kysely'
import { PortalError } from '../server/errors.ts'
import type { Client, Scope } from '../server/sender.ts'
import type { Clients } from '../server/store.ts'
import { prepared } from './prepared.ts'
import type { AccessTokenRow, ClientRow, Database } from './schema.ts'
import { tampered } from './sealing/refusal.ts'
import type { Work } from './work.ts'

export function clients({ db, parts, rows }: Work): Clients {
  /**
   * The row is what was written, and the trail knows of no later change: an older copy put back would let in again whoever was shut
   * out.
   */
  const verified = ({ told, ...row }: ClientRow & { told: number | null }): ClientRow => {
    if ((told ?? 0) > rows.check('clients', row).revision) throw tampered()
    return row
  }

  const opened = async (row: ClientRow | undefined): Promise<Client | null> => {
    if (!row) return null
    const { id, organization } = row
    return {
      id,
      organization,
      name: await parts.get<string>(place(id, organization)),
      scopes: row.scopes.split(' ').filter(Boolean) as Scope[],
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
    }
  }

  const rowOf = async (id: string): Promise<ClientRow | undefined> => {
    const [row] = (await byId(db, { id })).rows
    return row && verified(row)
  }

  const change = async (id: string, changes: Partial<ClientRow>): Promise<number | null> => {
    const row = await rowOf(id)
    if (!row || row.revoked_at !== null) return null
    const revision = row.revision + 1
    const result = await db
      .updateTable('clients')
      .set(rows.sign('clients', { ...row, ...changes, revision }))
      .where('id', '=', id)
      .where('revision', '=', row.revision)
      .executeTakeFirst()
    if (result.numUpdatedRows !== 1n) return null
    // What was got with the old credentials ends with them: a thief's token would outlive the rotation that was to stop the thief.
    await db.deleteFrom('access_tokens').where('client', '=', id).execute()
    return revision
  }

  return {
    async add(client, { apiKeyHash, secretHash }) {
      const row = rows.sign('clients', {
        id: client.id,
        organization: client.organization,
        scopes: client.scopes.join(' '),
        api_key_hash: apiKeyHash,
        secret_hash: secretHash,
        created_at: client.createdAt,
        expires_at: client.expiresAt,
        revoked_at: client.revokedAt,
        revision: 1,
      })
      await db.insertInto('clients').values(row).execute()
      await parts.add(place(client.id, client.organization), client.name)
    },

    find: async id => opened(await rowOf(id)),

    async findByApiKeyHash(hash) {
      const [row] = (await byApiKeyHash(db, { hash })).rows
      return opened(row && verified(row))
    },

    secretHash: async id => (await rowOf(id))?.secret_hash ?? null,

    replaceCredentials: (id, { apiKeyHash, secretHash }) => change(id, { api_key_hash: apiKeyHash, secret_hash: secretHash }),

    revoke: (id, at) => change(id, { revoked_at: at }),

    async list(organization) {
      const found = await withTold(db).where('organization', '=', organization).orderBy('id').execute()
      const all: Client[] = []
      for (const row of found) all.push((await opened(verified(row)))!)
      return all
    },

    async addAccessToken({ hash, client, scopes, expiresAt }) {
      const row = rows.sign('access_tokens', { hash, client, scopes: scopes.join(' '), expires_at: expiresAt })
      const result = await db
        .insertInto('access_tokens')
        .values(row)
        .onConflict(conflict => conflict.doNothing())
        .executeTakeFirst()
      if (result.numInsertedOrUpdatedRows !== 1n) throw new PortalError('conflict', 'This token has been used before.')
    },

    async findAccessToken(hash, now) {
      const [row] = (await tokenByHash(db, { hash, now })).rows
      if (!row) return null
      const { client, scopes } = rows.check('access_tokens', row)
      return { client, scopes: scopes.split(' ').filter(Boolean) }
    },
  }
}

/** Clients, each beside its highest revision in the trail. */
const withTold = (db: Kysely<Database>) =>
  db
    .selectFrom('clients')
    .selectAll('clients')
    .select(from =>
      from
        .selectFrom('trail_entries')
        .select(entry => entry.fn.max('trail_entries.revision').as('revision'))
        .whereRef('trail_entries.object', '=', 'clients.id')
        .as('told'),
    )

const byId = prepared((db, { id }: { id: string }) => withTold(db).where('id', '=', id))

const byApiKeyHash = prepared((db, { hash }: { hash: string }) => withTold(db).where('api_key_hash', '=', hash))

const tokenByHash = prepared((db, { hash, now }: Pick<AccessTokenRow, 'hash'> & { now: number }) =>
  db.selectFrom('access_tokens').selectAll().where('hash', '=', hash).where('expires_at', '>', now),
)

const place = (owner: string, organization: string) => ({ organization, owner, recipient: '', part: 'name' })
