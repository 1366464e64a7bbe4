import { isPortalError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import { hours, type Instant } from '../time.ts'
import { signNewCheckpoint } from './sign.ts'
import { checkAtStart } from './tail.ts'
import type { TreeHead } from './tree.ts'

/** How often the whole trail is compared with what was signed, from its first entry on. */
const COMPARED_ANEW = hours(1)

/** Signs the trail as it grows, and knows whether it still is what was signed. */
export interface TrailKeeper {
  /**
   * Signs a checkpoint when the trail has grown, and once an hour verifies all of it.
   *
   * @returns the size that was signed; null when there was nothing new.
   * @throws PortalError `tampered` with the exact reason; nothing is signed then.
   */
  signCheckpoint(): Promise<{ size: number } | null>
  /**
   * Looks whether the trail still reaches as far as was signed, and whether its end is whole: for processes that sign nothing.
   *
   * @throws PortalError `tampered`
   */
  look(): Promise<void>
  /** False from the moment the trail was found to contradict what was signed before. */
  isSound(): boolean
}

export function trailKeeper(parts: Pick<Parts, 'store' | 'clock' | 'settings' | 'checkpointHistory'>): TrailKeeper {
  // What this process has compared it need not read again each time; but what is changed behind its back must come to light.
  let known: TreeHead | undefined
  let knownSince: Instant | undefined
  let isSound = true
  const sign = async () => {
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
  const judging = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      const done = await act()
      isSound = true
      return done
    } catch (error) {
      if (isPortalError(error) && error.code === 'tampered') isSound = false
      throw error
    }
  }
  return {
    isSound: () => isSound,
    look: () => judging(() => checkAtStart(parts)),
    signCheckpoint: () => judging(sign),
  }
}

/** `portal.example/restante-trail`: what C2SP recommends, an address without its scheme. */
export const trailNameOf = (origin: string): string => `${new URL(origin).hostname}/restante-trail`
