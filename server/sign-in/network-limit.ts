import { PortalError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { type Instant, minutes, seconds } from '../time.ts'

/**
 * Acts a minute that one network may do before anything is proven. A sign-in takes three to five of them, and a clinic's waiting room
 * shares one address; passphrases of one network can then keep the one worker that checks them busy for about three seconds a minute.
 */
export const ACTS_A_MINUTE = 120
const WINDOW = minutes(1)

/**
 * Counts what strangers do, by the network they come from and across all processes, so that one of them cannot fill the line in which
 * everybody's passphrase waits. Wrong tries at one address are counted apart, in attempts.ts.
 */
export function networkLimit({ store, clock }: Pick<Parts, 'store' | 'clock'>) {
  // Once too many, a network is refused without asking the database until the minute is over: a flood must not become writes.
  let refused = { window: Number.NaN, networks: new Set<string>() }

  return {
    /** @throws PortalError `too_many_requests`. */
    async admitStranger(network: string): Promise<void> {
      const now = clock()
      const window = windowOf(now)
      if (refused.window !== window) refused = { window, networks: new Set() }
      if (refused.networks.has(network)) throw tooMany(now)
      const acts = await store.transaction(tx => tx.signIn.networks.count(network, window))
      if (acts <= ACTS_A_MINUTE) return
      refused.networks.add(network)
      throw tooMany(now)
    },
  }
}

/** Forgets the minutes that are over; says how many counts that were. */
export const forgetNetworks = (tx: Tx, now: Instant): Promise<number> => tx.signIn.networks.forget(windowOf(now))

/** The minute in which acts are counted. */
export const windowOf = (now: Instant): number => Math.floor(now / WINDOW)

/** Until that minute is over, in whole seconds. */
export const secondsLeft = (now: Instant): number => Math.max(1, Math.ceil(((windowOf(now) + 1) * WINDOW - now) / seconds(1)))

const tooMany = (now: Instant) =>
  new PortalError('too_many_requests', 'There were too many tries from your network. Please wait a minute and try again.', {
    retryAfterSeconds: secondsLeft(now),
  })
