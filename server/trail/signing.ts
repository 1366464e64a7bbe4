import type { Parts } from '../parts.ts'
import { signNewCheckpoint } from './sign.ts'
import type { TreeHead } from './tree.ts'

/**
 * The job that signs a checkpoint whenever the trail has grown.
 *
 * @returns the size that was signed; null when there was nothing new.
 */
export const signCheckpoint = (parts: Pick<Parts, 'store' | 'clock' | 'settings' | 'checkpointHistory'>) => {
  // What this process has compared once it need not read again.
  let known: TreeHead | undefined
  return async (): Promise<{ size: number } | null> => {
    const signed = await signNewCheckpoint({
      store: parts.store,
      now: parts.clock(),
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
