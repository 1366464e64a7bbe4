import type { PersonRef, SignInStore } from '../server/sign-in/store.ts'
import { refuseEnded } from './endings.ts'
import { portalAddressIndex } from './recipients.ts'
import { staffAddressIndex } from './staff.ts'
import type { Work } from './work.ts'

/** Who has an address, by its blind indexes alone. */
export function peopleAt({ db, rows, portal }: Work): SignInStore['peopleAt'] {
  const hasFactors = async ({ kind, id }: PersonRef): Promise<boolean> => {
    const own = db.selectFrom('factors').select('id').where('person', '=', id).where('person_kind', '=', kind)
    return (await own.limit(1).executeTakeFirst()) !== undefined
  }

  return async address => {
    const staff = db.selectFrom('staff').selectAll().where('address_index', '=', staffAddressIndex(portal, address))
    const recipients = db
      .selectFrom('recipients')
      .selectAll()
      .where('portal_address_index', '=', portalAddressIndex(portal, address))
    const people: PersonRef[] = []
    for (const row of await staff.orderBy('id', 'desc').execute()) {
      const { id, organization, disabled_at } = rows.check('staff', row)
      if (disabled_at !== null) continue
      await refuseEnded(db, [id], 'staff.disabled')
      people.push({ kind: 'staff', id, organization })
    }
    for (const row of await recipients.orderBy('id', 'desc').execute()) {
      const { id, organization } = rows.check('recipients', row)
      people.push({ kind: 'recipient', id, organization })
    }
    return Promise.all(people.map(async person => ({ person, hasFactors: await hasFactors(person) })))
  }
}
