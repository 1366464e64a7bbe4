import { BucketStore } from './bucket.ts'
import { DirectoryStore } from './directory.ts'
import type { OpenPartStore, PartStorePlace } from './part-store.ts'

/** Opens the store that was set. */
export const partStores =
  (place: PartStorePlace): OpenPartStore =>
  area =>
    place.kind === 'directory' ? new DirectoryStore(place.folder, area) : new BucketStore(place, area)
