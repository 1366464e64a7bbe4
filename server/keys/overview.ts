import type { Store } from '../store.ts'
import { olderInUse } from './rotation.ts'
import type { RootKeyState, WrappingKey } from './store.ts'

export interface KeyOverview {
  rootKeys: RootKeyState[]
  keys: (WrappingKey & { dataKeys: number })[]
}

/** Every key there was, and how many data keys are under each. */
export const keyOverview = (store: Store, organization?: string): Promise<KeyOverview> =>
  store.read(async tx => {
    const counts = await tx.keys.dataKeyCounts()
    const keys = await tx.keys.list(organization)
    return { rootKeys: await tx.keys.rootKeys(), keys: keys.map(key => ({ ...key, dataKeys: counts.get(key.id) ?? 0 })) }
  })

/** What was begun and has not ended: organizations whose older key is not retired, and root keys that are to be followed. */
export const unfinishedRotations = (store: Store): Promise<{ organizations: string[]; rootKeys: string[] }> =>
  store.read(async tx => {
    const organizations = olderInUse(await tx.keys.list()).map(key => key.organization)
    const inUse = (await tx.keys.rootKeys()).filter(({ retiredAt }) => retiredAt === null)
    return { organizations: [...new Set(organizations)], rootKeys: inUse.slice(0, -1).map(({ id }) => id) }
  })
