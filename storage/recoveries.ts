import { sql } from 'kysely'
import type { PersonRef, Recovery, SignInStore } from '../server/sign-in/store.ts'
import { toColumns, toPerson } from './people.ts'
import type { RecoveryRow } from './schema/sign-in.ts'
import { keyedHash } from './sealing/blind-index.ts'
import type { Work } from './work.ts'

export function recoveries({ db, rows, portal }: Work): SignInStore['recoveries'] {
  const hashOf = ({ kind, id }: PersonRef, code: string) => keyedHash(portal.codes, 'recovery code', kind, id, code)
  const checked = (row: RecoveryRow | undefined) => row && rows.check('recoveries', row)
  const rowOf = async (id: string) =>
    checked(await db.selectFrom('recoveries').selectAll().where('id', '=', id).executeTakeFirst())

  return {
    async add(recovery, code) {
      const row = rows.sign('recoveries', { ...toRow(recovery), code_hash: hashOf(recovery.person, code) })
      await db.insertInto('recoveries').values(row).execute()
    },

    async running({ kind, id }) {
      const own = db.selectFrom('recoveries').selectAll().where('person', '=', id).where('person_kind', '=', kind)
      // Word by word as the index has it.
      const row = checked(await own.where(sql<boolean>`state = 'running'`).executeTakeFirst())
      return row ? toRecovery(row) : null
    },

    async findByCancelHash(cancelHash) {
      const found = db.selectFrom('recoveries').selectAll().where('cancel_hash', '=', cancelHash)
      const row = checked(await found.executeTakeFirst())
      return row ? toRecovery(row) : null
    },

    async wasStartedWith(id, code) {
      const row = await rowOf(id)
      // Hashes under a key nobody outside has: how long a comparison takes tells nothing.
      return row !== undefined && row.code_hash === hashOf(toPerson(row), code)
    },

    async end(id, state, at) {
      const row = await rowOf(id)
      if (row?.state !== 'running') return false
      const ended = rows.sign('recoveries', { ...row, state, ended_at: at })
      const running = db.updateTable('recoveries').set(ended).where('id', '=', id).where('state', '=', 'running')
      return (await running.executeTakeFirst()).numUpdatedRows === 1n
    },
  }
}

const toRow = ({
  id,
  person,
  cancelHash,
  startedAt,
  opensAt,
  state,
  endedAt,
}: Recovery): Omit<RecoveryRow, 'mac' | 'code_hash'> => ({
  id,
  ...toColumns(person),
  cancel_hash: cancelHash,
  started_at: startedAt,
  opens_at: opensAt,
  state,
  ended_at: endedAt,
})

const toRecovery = (row: RecoveryRow): Recovery => ({
  id: row.id,
  person: toPerson(row),
  cancelHash: row.cancel_hash,
  startedAt: row.started_at,
  opensAt: row.opens_at,
  state: row.state,
  endedAt: row.ended_at,
})
