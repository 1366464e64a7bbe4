import type { SignInStore } from '../server/sign-in/store.ts'
import { keyedHash } from './sealing/blind-index.ts'
import type { Work } from './work.ts'

/** How often each network acted in each window of time. Its address is kept as a keyed hash alone. */
export function networks({ db, portal }: Work): SignInStore['networks'] {
  return {
    async count(network, window) {
      const { acts } = await db
        .insertInto('network_acts')
        .values({ network: keyedHash(portal.index, 'network', network), time_window: window, acts: 1 })
        .onConflict(conflict =>
          conflict.columns(['network', 'time_window']).doUpdateSet(row => ({ acts: row('network_acts.acts', '+', 1) })),
        )
        .returning('acts')
        .executeTakeFirstOrThrow()
      return acts
    },

    async forget(before) {
      const result = await db.deleteFrom('network_acts').where('time_window', '<', before).executeTakeFirst()
      return Number(result.numDeletedRows)
    },
  }
}
