import type { Parts } from '../parts.ts'
import { hours, type Instant } from '../time.ts'
import { signNewCheckpoint } from './sign.ts'
import type { TreeHead } from './tree.ts'

/** How often the whole trail is compared with what was signed, from its first entry on. */
const COMPARED_ANEW = hours(1)

/**
 * The job that signs a checkpoint whenever the trail has grown, and once an hour verifies all of it.
 *
 * @returns the size that was signed; null when there was nothing new.
 */
export const signCheckpoint = (parts: Pick<Parts, 'store' | 'clock' | 'settings' | 'checkpointHistory'>) => {
  // What this process has compared it need not read again each time; but what is changed behind its back must come to light.
  let known: TreeHead | undefined
  let knownSince: Instant | undefined
  return async (): Promise<{ size: number } | null> => {
    const now = parts.clock()
    if (knownSince === undefined || Math.abs(now - knownSince) >= COMPARED_ANEW) {
      known = undefined
      knownSince = now
    }
    const signed = await signNewCheckpoint({
      store: parts.store,
      now,
      origin: parts.settings.trailName,
      history: parts.checkpointHistory,
      known,
    })
    known = signed?.head
    return signed?.isNew ? { size: signed.checkpoint.size } : null
  }
}

/** `portal.example/restante-trail`: what C2SP recommends, an address without its scheme. */
export const trailNameOf = (origin: string): string => `${new URL(origin).hostname}/restante-trail`
