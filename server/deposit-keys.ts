import { curveOf, DEPOSIT_CURVES, type DepositCurve, newDepositKey, publicJwk } from './intake/jwe.ts'
import type { Parts } from './parts.ts'
import type { Tx } from './store.ts'
import { days, type Instant } from './time.ts'
import { PORTAL_ACTOR, PORTAL_ITSELF, record } from './trail/entry.ts'

/** A sender may keep our key set for as long as this and still seal to a key that is accepted. */
const RENEW_BEFORE_EXPIRY = days(30)

/** Keys for sealing deposits, public halves only, newest first. */
export async function depositKeys({ store, clock }: Parts): Promise<Record<string, unknown>[]> {
  const keys = await store.read(tx => tx.depositKeys.published(clock()))
  return keys.map(publicJwk)
}

/**
 * Sees to it that a key of each curve is published that lasts for another month. Called at start and every few hours, by any number of
 * processes.
 *
 * @returns how many keys were made.
 */
export async function ensureDepositKeys({ store, clock }: Pick<Parts, 'store' | 'clock'>): Promise<number> {
  const now = clock()
  const missing = await store.read(tx => missingCurves(tx, now))
  const made = await Promise.all(missing.map(curve => newDepositKey(curve, now)))
  if (made.length === 0) return 0
  return store.transaction(async tx => {
    // Another process may have seen the same, and been quicker.
    const stillMissing = await missingCurves(tx, now)
    const wanted = made.filter((_, at) => stillMissing.includes(missing[at]!))
    for (const key of wanted) {
      await tx.depositKeys.add(key)
      await record(tx, now, { organization: PORTAL_ITSELF, actor: PORTAL_ACTOR, action: 'key.created', object: key.kid })
    }
    return wanted.length
  })
}

async function missingCurves(tx: Tx, now: Instant): Promise<DepositCurve[]> {
  const lasting = (await tx.depositKeys.published(now)).filter(key => key.expiresAt > now + RENEW_BEFORE_EXPIRY)
  return DEPOSIT_CURVES.filter(curve => !lasting.some(key => curveOf(key) === curve))
}
