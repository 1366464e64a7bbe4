import type { SignInStore } from '../server/sign-in/store.ts'
import { keyedHash } from './sealing/blind-index.ts'
import type { Work } from './work.ts'

/** More than anybody signs in from; those that were not seen for longest make room. */
const MOST = 20

/** Browsers, each kept as a keyed hash of a random word and its person: one browser of two people shows no likeness. */
export function devices({ db, portal }: Work): SignInStore['devices'] {
  return {
    async recognize({ kind, id }, token, at) {
      const device_hash = keyedHash(portal.codes, 'device', kind, id, token)
      const own = { person_kind: kind, person: id }
      const known = db.updateTable('devices').set({ last_seen_at: at }).where('device_hash', '=', device_hash)
      if ((await known.executeTakeFirst()).numUpdatedRows > 0n) return true
      await db
        .insertInto('devices')
        .values({ device_hash, ...own, first_seen_at: at, last_seen_at: at })
        .execute()
      const all = db.selectFrom('devices').select('device_hash').where('person', '=', id).where('person_kind', '=', kind)
      const tooMany = await all.orderBy('last_seen_at', 'desc').orderBy('device_hash').offset(MOST).limit(1_000).execute()
      for (const { device_hash } of tooMany) await db.deleteFrom('devices').where('device_hash', '=', device_hash).execute()
      return false
    },

    async forget(lastSeenBefore) {
      const result = await db.deleteFrom('devices').where('last_seen_at', '<', lastSeenBefore).executeTakeFirst()
      return Number(result.numDeletedRows)
    },
  }
}
