import { afterEach, beforeEach } from 'vitest'
import type { Store } from '../../../server/store.ts'

export interface OpenedStorage {
  store: Store
  /** Closes it and opens it again, as after a restart. */
  reopen(): Promise<Store>
  remove(): Promise<void>
}

export type OpenStorage = () => Promise<OpenedStorage>

/** A storage of its own for each test of the group at hand. */
export function eachWithStorage(open: OpenStorage): { readonly store: Store; reopen(): Promise<Store> } {
  let opened: OpenedStorage
  beforeEach(async () => {
    opened = await open()
  })
  afterEach(() => opened.remove())
  return {
    get store() {
      return opened.store
    },
    reopen: () => opened.reopen(),
  }
}
