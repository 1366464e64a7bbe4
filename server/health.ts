import { inTime } from './in-time.ts'
import type { Parts } from './parts.ts'
import { seconds } from './time.ts'
import type { TrailKeeper } from './trail/signing.ts'

/** Whether the portal can do its work, and how it stands with what it leans on. */
export interface Health {
  ready: boolean
  database: boolean
  migrated: boolean
  /** How long the oldest letter that is due has waited. */
  queueAgeSeconds: number
  mail: boolean
  /** Whether the trail still continues what was signed of it. When it does not, the log says why, and nobody should go on writing. */
  trail: boolean
}

/** Mail that is down does not make the portal unready: letters wait, and people can still read. */
export async function health({ store, mailer, clock }: Parts, keeper: Pick<TrailKeeper, 'isSound'>): Promise<Health> {
  const trail = keeper.isSound()
  const now = clock()
  const database = await store.health()
  const oldestDue = database.answers ? await store.read(tx => tx.outbox.oldestDue(now)) : null
  return {
    ready: database.answers && database.migrated && trail,
    database: database.answers,
    migrated: database.migrated,
    queueAgeSeconds: oldestDue === null ? 0 : Math.max(0, Math.round((now - oldestDue) / 1_000)),
    mail: await inTime(MAIL_ANSWERS_WITHIN, mailer.reachable()),
    trail,
  }
}

/** Shorter than what a balancer waits for: a mail server that hangs must not look like a portal that does. */
const MAIL_ANSWERS_WITHIN = seconds(1)
