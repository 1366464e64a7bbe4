import { describe, expect, test } from 'vitest'
import { rotateKeys, rotateRootKey } from '../../../server/keys/rotation.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { CONTENT, clinic } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

export function keyContract(open: OpenStorage): void {
  describe('keys', () => {
    const portal = eachWithStorage(open)
    const parts = () => ({ store: portal.store, clock: () => NEW_YEAR })
    const unwatched = () => ({ progress: () => undefined, signal: new AbortController().signal })
    const read = ({ id }: { id: string }) => portal.store.read(async tx => tx.messages.content((await tx.messages.find(id))!))

    test('are followed by others, one epoch after the other, and everything opens', async () => {
      const { organization, keep } = await clinic(portal.store)
      const first = await keep()
      const before = await portal.store.read(tx => tx.keys.dataKeyCounts())
      const [key] = await portal.store.read(tx => tx.keys.list(organization.id))
      const { rewrapped } = await rotateKeys(parts(), organization.id, unwatched())
      expect(rewrapped).toBe(before.get(key!.id))
      const second = await keep()
      await rotateKeys(parts(), null, unwatched())
      await portal.reopen()
      for (const message of [first, second]) expect(await read(message)).toEqual(CONTENT)

      const keys = await portal.store.read(tx => tx.keys.list(organization.id))
      expect(keys.map(({ epoch, retiredAt }) => ({ epoch, retiredAt }))).toEqual([
        { epoch: 1, retiredAt: NEW_YEAR },
        { epoch: 2, retiredAt: NEW_YEAR },
        { epoch: 3, retiredAt: null },
      ])
      const after = await portal.store.read(tx => tx.keys.dataKeyCounts())
      expect(keys.map(({ id }) => after.get(id) ?? 0)).toEqual([0, 0, expect.any(Number)])
    })

    test('take what is sealed while they are rotated along', async () => {
      const { organization, keep } = await clinic(portal.store)
      const kept = [await keep()]
      const rotation = rotateKeys(parts(), organization.id, unwatched())
      for (let number = 0; number < 10; number++) kept.push(await keep())
      await rotation
      for (const message of kept) expect(await read(message)).toEqual(CONTENT)
    })

    test('of the root stay as they are where no other is set', async () => {
      await clinic(portal.store)
      expect(await rotateRootKey(parts(), unwatched())).toMatchObject({ retired: [], rewrapped: 0 })
      expect(await portal.store.read(tx => tx.keys.rootKeys())).toMatchObject([{ isSet: true, retiredAt: null }])
    })
  })
}
