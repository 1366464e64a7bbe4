import { describe, expect, test } from 'vitest'
import { CONTENT, clinic, messageFor, organizationNamed } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

export function transactionContract(open: OpenStorage): void {
  describe('a transaction', () => {
    const portal = eachWithStorage(open)
    const names = async () => (await portal.store.read(tx => tx.organizations.list())).map(({ name }) => name)

    test('keeps everything, across a restart too', async () => {
      await portal.store.transaction(async tx => {
        await tx.organizations.add(organizationNamed('North Clinic'))
        await tx.organizations.add(organizationNamed('South Clinic'))
      })
      await portal.reopen()
      expect((await names()).sort()).toEqual(['North Clinic', 'South Clinic'])
    })

    test('keeps nothing when its work fails', async () => {
      const failing = portal.store.transaction(async tx => {
        await tx.organizations.add(organizationNamed('North Clinic'))
        throw new Error('power cut')
      })
      await expect(failing).rejects.toThrow('power cut')
      expect(await names()).toEqual([])
    })

    test('that failed can be tried again with the same ids', async () => {
      const organization = organizationNamed('North Clinic')
      const failing = portal.store.transaction(async tx => {
        await tx.organizations.add(organization)
        throw new Error('once')
      })
      await expect(failing).rejects.toThrow('once')
      await portal.store.transaction(tx => tx.organizations.add(organization))
      await portal.reopen()
      expect(await names()).toEqual(['North Clinic'])
    })

    test('sees its own changes, and nobody else does before it ends', async () => {
      let seen: string[] = []
      await portal.store.transaction(async tx => {
        await tx.organizations.add(organizationNamed('North Clinic'))
        seen = (await tx.organizations.list()).map(({ name }) => name)
      })
      expect(seen).toEqual(['North Clinic'])
    })

    test('cannot be begun inside another, be it to write or to read', async () => {
      const { store } = portal
      await expect(store.transaction(() => store.transaction(async () => 1))).rejects.toThrow('inside another')
      await expect(store.transaction(() => store.read(async () => 1))).rejects.toThrow('inside another')
      await expect(store.read(() => store.transaction(async () => 1))).rejects.toThrow('inside another')
      expect(await store.transaction(async () => 'afterwards')).toBe('afterwards')
    })

    test('is over when it is over: what was kept of it can do nothing more', async () => {
      const { store } = portal
      const kept = await store.transaction(async tx => tx)
      await expect(kept.organizations.list()).rejects.toThrow('ended')
    })

    test('that awaits anything but its statements is stopped, and holds up nobody', async () => {
      const { store } = portal
      const waiting = store.transaction(async tx => {
        await tx.organizations.add(organizationNamed('North Clinic'))
        await new Promise(resolve => setTimeout(resolve, 60_000).unref())
      })
      await expect(waiting).rejects.toThrow('nothing but its `tx`')
      await store.transaction(tx => tx.organizations.add(organizationNamed('South Clinic')))
      expect(await names()).toEqual(['South Clinic'])
    })

    test('that takes breaths goes on behind them; readers see nothing of it meanwhile, and who writes waits', async () => {
      const { store } = portal
      const order: string[] = []
      let seen: string[] | undefined
      const long = store.transaction(async tx => {
        await tx.organizations.add(organizationNamed('North Clinic'))
        while (seen === undefined) await tx.breathe()
        await tx.organizations.add(organizationNamed('South Clinic'))
        order.push('long')
      })
      const other = store.transaction(async tx => void order.push(`other: ${(await tx.organizations.list()).length}`))
      seen = await names()
      await Promise.all([long, other])
      expect([seen, order]).toEqual([[], ['long', 'other: 2']])
    })

    test('is refused when a message changed and the trail was not told', async () => {
      const { ada, deposit } = await clinic(portal.store)
      const message = messageFor(ada, deposit)
      const untold = portal.store.transaction(tx => tx.messages.add(message, CONTENT))
      await expect(untold).rejects.toThrow('without an entry in the trail')
      expect(await portal.store.read(tx => tx.messages.find(message.id))).toBeNull()
    })

    test('that only reads cannot write', async () => {
      const writing = portal.store.read(tx => tx.organizations.add(organizationNamed('North Clinic')))
      await expect(writing).rejects.toThrow('this is a read')
      expect(await names()).toEqual([])
    })
  })

  describe('a store', () => {
    const portal = eachWithStorage(open)

    test('says that it is well', async () => {
      expect(await portal.store.health()).toEqual({ answers: true, migrated: true })
    })

    test('signs with the same key after a restart', async () => {
      const before = portal.store.signer.publicKey
      const { signer } = await portal.reopen()
      expect(Buffer.from(signer.publicKey)).toEqual(Buffer.from(before))
      expect(before).toHaveLength(32)
      expect(signer.sign(Buffer.from('checkpoint'))).toHaveLength(64)
    })
  })
}
