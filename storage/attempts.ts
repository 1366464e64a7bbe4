import type { SignInStore } from '../server/sign-in/store.ts'
import type { Work } from './work.ts'

export function attempts({ db }: Work): SignInStore['attempts'] {
  return {
    async get(subject, factor) {
      const row = await db
        .selectFrom('attempts')
        .selectAll()
        .where('subject', '=', subject)
        .where('factor', '=', factor)
        .executeTakeFirst()
      if (!row) return { failures: 0, lastFailureAt: null, disabledAt: null }
      return { failures: row.failures, lastFailureAt: row.last_failure_at, disabledAt: row.disabled_at }
    },

    async fail(subject, factor, at) {
      const { failures } = await db
        .insertInto('attempts')
        .values({ subject, factor, failures: 1, last_failure_at: at, disabled_at: null })
        .onConflict(conflict =>
          conflict
            .columns(['subject', 'factor'])
            .doUpdateSet(row => ({ failures: row('attempts.failures', '+', 1), last_failure_at: at })),
        )
        .returning('failures')
        .executeTakeFirstOrThrow()
      return failures
    },

    async disable(subject, factor, at) {
      await db
        .insertInto('attempts')
        .values({ subject, factor, failures: 0, last_failure_at: null, disabled_at: at })
        .onConflict(conflict => conflict.columns(['subject', 'factor']).doUpdateSet({ disabled_at: at }))
        .execute()
    },

    async clear(subject, factor) {
      await db.deleteFrom('attempts').where('subject', '=', subject).where('factor', '=', factor).execute()
    },
  }
}
