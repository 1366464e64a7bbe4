import type { Marks } from '../server/mark.ts'
import type { Work } from './work.ts'

export function marks({ db }: Work): Marks {
  return {
    async find(name) {
      const mark = await db.selectFrom('marks').select(['at', 'id']).where('name', '=', name).executeTakeFirst()
      return mark ?? { at: 0, id: '' }
    },

    async put(name, mark) {
      const row = db.insertInto('marks').values({ name, ...mark })
      await row.onConflict(same => same.column('name').doUpdateSet(mark)).execute()
    },
  }
}
