import type { Parts } from './parts.ts'
import type { Health } from './portal.ts'

/** Mail that is down does not make the portal unready: letters wait, and people can still read. */
export const health = (parts: Parts) => async (): Promise<Health> => {
  const now = parts.clock()
  const database = await parts.store.health()
  const oldestDue = database.answers ? await parts.store.read(tx => tx.outbox.oldestDue(now)) : null
  return {
    ready: database.answers && database.migrated,
    database: database.answers,
    migrated: database.migrated,
    queueAgeSeconds: oldestDue === null ? 0 : Math.max(0, Math.round((now - oldestDue) / 1_000)),
    mail: await parts.mailer.reachable(),
  }
}
