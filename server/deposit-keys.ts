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
 * Sees to it that a key of each curve is published that lasts for another month. Called at start and once a day; two processes that do
 * it at once make at most one key too many, which harms nobody.
 *
 * @returns how many keys were made.
 */
export async function ensureDepositKeys({ store, clock }: Parts): Promise<number> {
  const now = clock()
  const missing = await store.read(tx => missingCurves(tx, now))
  const made = await Promise.all(missing.map(curve => newDepositKey(curve, now)))
  if (made.length === 0) return 0
  return store.transaction(async tx => {
    for (const key of made) {
      await tx.depositKeys.add(key)
      await record(tx, now, { organization: PORTAL_ITSELF, actor: PORTAL_ACTOR, action: 'key.created', object: key.kid })
    }
    return made.length
  })
}

async function missingCurves(tx: Tx, now: Instant): Promise<DepositCurve[]> {
  const lasting = (await tx.depositKeys.published(now)).filter(key => key.expiresAt > now + RENEW_BEFORE_EXPIRY)
  return DEPOSIT_CURVES.filter(curve => !lasting.some(key => curveOf(key) === curve))
}
