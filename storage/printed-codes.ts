import type { PersonRef, SignInStore } from '../server/sign-in/store.ts'
import { keyedHash } from './sealing/blind-index.ts'
import type { Work } from './work.ts'

export function printedCodes({ db, portal }: Work): SignInStore['printedCodes'] {
  const hashOf = ({ kind, id }: PersonRef, code: string) => keyedHash(portal.codes, 'printed code', kind, id, code)

  return {
    async replace(person, codes, at) {
      await db.deleteFrom('printed_codes').where('person', '=', person.id).where('person_kind', '=', person.kind).execute()
      const whose = { person_kind: person.kind, person: person.id }
      const rows = codes.map(code => ({ ...whose, code_hash: hashOf(person, code), created_at: at, spent_at: null }))
      if (rows.length > 0) await db.insertInto('printed_codes').values(rows).execute()
    },

    async spend(person, code, at) {
      const spent = db
        .updateTable('printed_codes')
        .set({ spent_at: at })
        .where('person', '=', person.id)
        .where('person_kind', '=', person.kind)
      const result = await spent.where('code_hash', '=', hashOf(person, code)).where('spent_at', 'is', null).executeTakeFirst()
      return result.numUpdatedRows === 1n
    },

    async remaining({ kind, id }) {
      const own = db.selectFrom('printed_codes').select('code_hash').where('person', '=', id).where('person_kind', '=', kind)
      return (await own.where('spent_at', 'is', null).execute()).length
    },
  }
}
