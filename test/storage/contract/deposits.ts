import { describe, expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import type { Tx } from '../../../server/store.ts'
import { days } from '../../../server/time.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { clientOf, clinic, depositBy, refusal } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

const idempotency = { keyHash: 'key', bodyHash: 'body', answer: '{"id":"dep_1"}' }

export function depositContract(open: OpenStorage): void {
  describe('deposits', () => {
    const portal = eachWithStorage(open)

    test('come back as they were given', async () => {
      const { sender } = await clinic(portal.store)
      const deposit = depositBy(sender, { reference: 'LAB-2026-001', fallbackReason: 'no_tls', idempotency })
      await portal.store.transaction(tx => tx.deposits.add(deposit))
      await portal.store.read(async tx => {
        expect(await tx.deposits.find(deposit.id)).toEqual(deposit)
        expect(await tx.deposits.findByIdempotencyKey(sender.id, 'key')).toEqual(deposit)
        expect(await tx.deposits.findByIdempotencyKey(sender.id, 'other')).toBeNull()
        expect(await tx.deposits.findByIdempotencyKey('cli_other', 'key')).toBeNull()
      })
    })

    test('are not there for whoever asks with a character that a database may not take', async () => {
      const { sender } = await clinic(portal.store)
      const looks = (tx: Tx) =>
        Promise.all([
          tx.deposits.find('dep_\0'),
          tx.deposits.findByIdempotencyKey(`${sender.id}\0`, 'key'),
          tx.clients.find(`\0${sender.id}`),
          tx.depositKeys.find('\0'),
        ])
      const nothing = [null, null, null, null]
      expect(await portal.store.read(looks)).toEqual(nothing)
      expect(await portal.store.transaction(looks)).toEqual(nothing)
    })

    test('are made once for each key of a client; another client may use the same key', async () => {
      const { sender, organization } = await clinic(portal.store)
      const tries = Array.from({ length: 50 }, () => depositBy(sender, { idempotency }))
      const outcomes = await Promise.allSettled(tries.map(deposit => portal.store.transaction(tx => tx.deposits.add(deposit))))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await refusal(portal.store.transaction(tx => tx.deposits.add(depositBy(sender, { idempotency }))))).toBe('conflict')
      await portal.store.transaction(tx => tx.deposits.add(depositBy(clientOf(organization.id), { idempotency })))
    })

    test('are listed newest first, page by page, for their sender alone', async () => {
      const { sender, organization, deposit: first } = await clinic(portal.store)
      const later = [1, 2, 3].map(day => depositBy(sender, { id: newId('dep', NEW_YEAR + days(day)), reference: `R-${day % 2}` }))
      const foreign = depositBy(clientOf(organization.id))
      await portal.store.transaction(async tx => {
        for (const deposit of [...later, foreign]) await tx.deposits.add(deposit)
      })
      const [one, two, three] = later.map(({ id }) => id)
      await portal.store.read(async tx => {
        const page = await tx.deposits.listForSender(sender, { limit: 2 })
        expect(page.map(({ id }) => id)).toEqual([three, two])
        const next = await tx.deposits.listForSender(sender, { limit: 2, after: page[1]!.id })
        expect(next.map(({ id }) => id)).toEqual([one, first.id])
        const referred = await tx.deposits.listForSender(sender, { limit: 9 }, 'R-1')
        expect(referred.map(({ id }) => id)).toEqual([three, one])
        expect(await tx.deposits.listForOrganization(organization.id, { limit: 9 })).toHaveLength(5)
        expect(await tx.deposits.listForSender({ ...sender, organization: 'org_other' }, { limit: 9 })).toEqual([])
      })
    })
  })

  describe('deposit keys', () => {
    const portal = eachWithStorage(open)

    test('are published until they expire, newest first', async () => {
      const key = (kid: string, createdAt: number) => ({
        kid,
        privateJwk: { kty: 'OKP', d: 'x' },
        createdAt,
        expiresAt: createdAt + days(2),
      })
      await portal.store.transaction(async tx => {
        await tx.depositKeys.add(key('one', NEW_YEAR))
        await tx.depositKeys.add(key('two', NEW_YEAR + days(1)))
      })
      await portal.store.read(async tx => {
        expect(await tx.depositKeys.find('one')).toEqual(key('one', NEW_YEAR))
        expect(await tx.depositKeys.find('three')).toBeNull()
        const published = async (at: number) => (await tx.depositKeys.published(at)).map(({ kid }) => kid)
        expect(await published(NEW_YEAR + days(1))).toEqual(['two', 'one'])
        expect(await published(NEW_YEAR + days(2))).toEqual(['two'])
        expect(await published(NEW_YEAR + days(9))).toEqual([])
      })
    })
  })
}
