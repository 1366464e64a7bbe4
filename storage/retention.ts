import { sql } from 'kysely'
import type { Retention } from '../server/retention.ts'
import type { Work } from './work.ts'

export function retention({ db }: Work): Retention {
  return {
    async due(now, after, limit) {
      const over = db
        .selectFrom('messages')
        .select(['id', 'retain_until'])
        // Parts of one index: it holds what is still kept, and nothing else.
        .where(sql<boolean>`state <> 'disposed'`)
        .where('retain_until', '<=', now)
        .where(sql<boolean>`(retain_until, id) > (${after?.retainUntil ?? 0}, ${after?.id ?? ''})`)
      const found = await over.orderBy('retain_until').orderBy('id').limit(limit).execute()
      return found.map(({ id, retain_until }) => ({ id, retainUntil: retain_until }))
    },

    async classOf(deposits) {
      const found = await db.selectFrom('deposits').select(['id', 'retention']).where('id', 'in', deposits).execute()
      return new Map(found.map(({ id, retention }) => [id, retention]))
    },
  }
}
