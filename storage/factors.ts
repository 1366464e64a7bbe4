import type { Factor, FactorKind, SignInStore } from '../server/sign-in/store.ts'
import { refuseEnded } from './endings.ts'
import { toColumns, toPerson } from './people.ts'
import type { FactorRow } from './schema/sign-in.ts'
import { keyedHash } from './sealing/blind-index.ts'
import type { Work } from './work.ts'

export function factors({ db, parts, rows, portal }: Work): SignInStore['factors'] {
  const credentialHash = (credentialId: string) => keyedHash(portal.index, 'passkey credential', credentialId)

  const opened = async (row: FactorRow): Promise<Factor> => {
    rows.check('factors', row)
    await refuseEnded(db, [row.id], 'factor.removed')
    return {
      id: row.id,
      person: toPerson(row),
      kind: row.kind as FactorKind,
      label: await parts.get<string>(place(row, 'label')),
      secret: await parts.get<string>(place(row, 'secret')),
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
      counter: row.counter,
    }
  }

  const rowOf = async (id: string): Promise<FactorRow | undefined> => {
    const row = await db.selectFrom('factors').selectAll().where('id', '=', id).executeTakeFirst()
    if (row) await refuseEnded(db, [rows.check('factors', row).id], 'factor.removed')
    return row
  }

  const keep = async (factor: Factor, credentialId: string | null): Promise<void> => {
    const row = rows.sign('factors', {
      id: factor.id,
      ...toColumns(factor.person),
      kind: factor.kind,
      credential_hash: credentialId === null ? null : credentialHash(credentialId),
      created_at: factor.createdAt,
      last_used_at: factor.lastUsedAt,
      counter: factor.counter,
    })
    await db.insertInto('factors').values(row).execute()
    await parts.add(place(row, 'label'), factor.label)
    await parts.add(place(row, 'secret'), factor.secret)
  }

  return {
    add: factor => keep(factor, null),
    addPasskey: keep,

    async ofPerson({ kind, id }, only) {
      let own = db.selectFrom('factors').selectAll().where('person', '=', id).where('person_kind', '=', kind)
      if (only !== undefined) own = own.where('kind', '=', only)
      const all: Factor[] = []
      for (const row of await own.orderBy('id').execute()) all.push(await opened(row))
      return all
    },

    async findPasskey(credentialId) {
      const found = db.selectFrom('factors').selectAll().where('credential_hash', '=', credentialHash(credentialId))
      const row = await found.executeTakeFirst()
      return row ? opened(row) : null
    },

    async replaceSecret(id, secret) {
      const row = await rowOf(id)
      if (row) await parts.put(place(row, 'secret'), secret)
      return row !== undefined
    },

    async advanceCounter(id, counter, at) {
      const row = await rowOf(id)
      if (!row || row.counter >= counter) return false
      const used = rows.sign('factors', { ...row, counter, last_used_at: at })
      const result = await db
        .updateTable('factors')
        .set(used)
        .where('id', '=', id)
        .where('counter', '<', counter)
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },

    async markUsed(id, at) {
      const row = await rowOf(id)
      if (!row) return
      const used = rows.sign('factors', { ...row, last_used_at: at })
      await db.updateTable('factors').set(used).where('id', '=', id).where('counter', '=', row.counter).execute()
    },

    async remove(id) {
      await parts.remove(id)
      return (await db.deleteFrom('factors').where('id', '=', id).executeTakeFirst()).numDeletedRows === 1n
    },
  }
}

const place = ({ id, organization, person }: Pick<FactorRow, 'id' | 'organization' | 'person'>, part: string) => ({
  organization,
  owner: id,
  recipient: person,
  part,
})
