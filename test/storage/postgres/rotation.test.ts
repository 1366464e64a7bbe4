import { expect, test } from 'vitest'
import type { Store } from '../../../server/store.ts'
import { openBeside, rotate, rotateRoot, stoppedAt } from '../../server/keys/rotating.ts'
import { afterTest } from '../../support/closing.ts'
import { OTHER_ROOT_KEY, ROOT_KEY, type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { CONTENT, clinic, refusal } from '../kept.ts'

async function another(storage: TemporaryStorage, rootKey: Uint8Array, ...previous: Uint8Array[]): Promise<Store> {
  const store = await openBeside(storage, rootKey, previous)
  afterTest(() => store.close())
  return store
}

async function severalKept() {
  const storage = await temporaryStorage({ engine: 'postgres' })
  afterTest(() => storage.remove())
  const { organization, keep } = await clinic(storage.store)
  const kept: { id: string }[] = []
  for (let number = 0; number < 120; number++) kept.push(await keep())
  const contents = (store: Store) =>
    store.read(tx => Promise.all(kept.map(async ({ id }) => tx.messages.content((await tx.messages.find(id))!))))
  /** How many wrapping keys have data keys under them: the portal's own is one of them. */
  const inUse = async () =>
    [...(await storage.store.read(tx => tx.keys.dataKeyCounts())).values()].filter(count => count > 0).length
  return { storage, organization, contents, inUse, whole: kept.map(() => CONTENT) }
}

test('a rotation that was stopped goes on where it was, and everything opens meanwhile and afterwards', async () => {
  const { storage, organization, contents, inUse, whole } = await severalKept()
  await rotate(storage.store, organization.id, stoppedAt(1)).catch(() => undefined)
  expect(await inUse()).toBe(3)
  expect(await contents(await another(storage, ROOT_KEY))).toEqual(whole)
  expect(await rotate(storage.store, organization.id)).toMatchObject({ resumed: true, damaged: [] })
  expect(await inUse()).toBe(2)
  expect(await contents(await another(storage, ROOT_KEY))).toEqual(whole)
})

test('a root key is followed by another, which opens everything alone; the old one is refused', async () => {
  const { storage, contents, whole } = await severalKept()
  const { retired } = await rotateRoot(await another(storage, OTHER_ROOT_KEY, ROOT_KEY))
  expect(retired).toHaveLength(1)
  expect(await contents(await another(storage, OTHER_ROOT_KEY))).toEqual(whole)
  expect(await refusal(openBeside(storage, ROOT_KEY))).toBe('misconfigured')
})
