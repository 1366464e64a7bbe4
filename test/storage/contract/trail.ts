import { describe, expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import type { TrailStore } from '../../../server/trail/store.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { clinic, tell } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

export function trailContract(open: OpenStorage): void {
  describe('the trail', () => {
    const portal = eachWithStorage(open)
    const about = (id: string, organization = 'org_north') => ({ id, organization })
    const tellAll = (...objects: { id: string; organization: string }[]) =>
      portal.store.transaction(async tx => {
        for (const object of objects) await tell(tx, object, null)
      })

    test('begins empty and grows by one entry at a time', async () => {
      expect(await portal.store.read(tx => tx.trail.head())).toEqual({ size: 0, edge: [] })
      await tellAll(about('msg_1'), about('msg_2'), about('msg_3'))
      await portal.reopen()
      const head = await portal.store.read(tx => tx.trail.head())
      expect(head.size).toBe(3)
      expect(head.edge).toHaveLength(2)
      await portal.store.read(async tx => {
        expect((await tx.trail.entries(1, 9)).map(({ index, object }) => [index, object])).toEqual([
          [1, 'msg_2'],
          [2, 'msg_3'],
        ])
        const entry = await tx.trail.entry(0)
        expect(entry).toMatchObject({ index: 0, at: NEW_YEAR, organization: 'org_north', actor: 'portal', object: 'msg_1' })
        expect(await tx.trail.leafHashes(0, 1)).toEqual([entry?.leafHash])
        expect(await tx.trail.entry(3)).toBeNull()
      })
    })

    test('takes entries that come at the same time one after the other', async () => {
      await Promise.all(Array.from({ length: 50 }, (_, number) => tellAll(about(`msg_${number}`))))
      const entries = await portal.store.read(tx => tx.trail.entries(0, 100))
      expect(entries.map(({ index }) => index)).toEqual(Array.from({ length: 50 }, (_, index) => index))
      expect(new Set(entries.map(({ object }) => object)).size).toBe(50)
    })

    test('takes an entry at its end only', async () => {
      await tellAll(about('msg_1'))
      const again = portal.store.transaction(async tx => {
        const first = (await tx.trail.entry(0))!
        await tx.trail.append({ ...first, index: 5 }, { size: 6, edge: [first.leafHash, first.leafHash] })
      })
      await expect(again).rejects.toThrow('end of the trail')
      expect((await portal.store.read(tx => tx.trail.head())).size).toBe(1)
    })

    test('is listed for one organization, newest first', async () => {
      await tellAll(about('msg_1'), about('msg_2'), about('msg_3', 'org_south'), about('msg_1'))
      const list = async (filter: object, before?: number) =>
        (await portal.store.read(tx => tx.trail.list('org_north', filter, { before, limit: 2 }))).map(({ index }) => index)
      expect(await list({})).toEqual([3, 1])
      expect(await list({}, 1)).toEqual([0])
      expect(await list({ object: 'msg_1' })).toEqual([3, 0])
      expect(await list({ actor: 'nobody' })).toEqual([])
      expect(await list({ action: 'changed' })).toEqual([3, 1])
      // Whatever was asked before: each kind of search is a statement of its own.
      expect(await list({ object: 'msg_1', actor: 'portal', action: 'changed' }, 3)).toEqual([0])
      expect(await list({ object: 'msg_2', actor: 'portal' })).toEqual([1])
      expect(await list({ actor: 'portal', action: 'opened' })).toEqual([])
      expect(await list({ object: undefined, actor: 'portal', action: undefined }, 3)).toEqual([1, 0])
      expect(await list({ object: 'msg_1' })).toEqual([3, 0])
    })

    test('is told of some objects, or of a mailbox with what came into it, newest first', async () => {
      const { ada, keep } = await clinic(portal.store)
      const start = (await portal.store.read(tx => tx.trail.head())).size
      const one = await keep()
      await tellAll(about('msg_other'), { ...ada }, about(one.deposit), about(one.id))
      const told = async (...given: Parameters<TrailStore['about']>) =>
        (await portal.store.read(tx => tx.trail.about(...given))).map(({ index, object }) => [index - start, object])
      const all = { actions: ['changed'] }
      const page = { limit: 10 }
      const mailbox = { recipient: ada.id, newest: 10 }
      expect(await told(mailbox, all, page)).toEqual([
        [4, one.id],
        [3, one.deposit],
        [2, ada.id],
        [0, one.id],
      ])
      expect(await told(mailbox, all, { before: start + 3, limit: 1 })).toEqual([[2, ada.id]])
      expect(await told({ objects: ['msg_other', one.deposit] }, all, page)).toEqual([
        [3, one.deposit],
        [1, 'msg_other'],
      ])
      expect(await told({ objects: [] }, all, page)).toEqual([])
      expect(await told(mailbox, { ...all, notBy: 'portal' }, page)).toEqual([])
      expect(await told(mailbox, { actions: ['opened'] }, page)).toEqual([])
      const next = await keep({ id: newId('msg', NEW_YEAR + 1) })
      expect(await told({ recipient: ada.id, newest: 1 }, all, page)).toContainEqual([5, next.id])
      expect(await told({ recipient: ada.id, newest: 1 }, all, page)).not.toContainEqual([4, one.id])
    })

    test('keeps every checkpoint', async () => {
      const checkpoint = (size: number) => ({ size, rootHash: Buffer.alloc(32, size), note: `note ${size}`, at: NEW_YEAR })
      expect(await portal.store.read(tx => tx.trail.latestCheckpoint())).toBeNull()
      for (const size of [1, 3]) await portal.store.transaction(tx => tx.trail.addCheckpoint(checkpoint(size)))
      expect(await portal.store.read(tx => tx.trail.latestCheckpoint())).toEqual(checkpoint(3))
      expect(await portal.store.read(tx => tx.trail.checkpoints())).toEqual([checkpoint(1), checkpoint(3)])
    })
  })
}
