import { describe, expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import type { NewLetter, SettledLetter } from '../../../server/outbox.ts'
import type { Tx } from '../../../server/store.ts'
import { minutes } from '../../../server/time.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { clinic, letterAbout, move } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

const LEASE = NEW_YEAR + minutes(2)

export function outboxContract(open: OpenStorage): void {
  describe('the outbox', () => {
    const portal = eachWithStorage(open)
    const oneLetter = async (more = {}) => {
      const { keep, ada } = await clinic(portal.store)
      const message = await keep()
      const letter = letterAbout(message, more)
      await portal.store.transaction(tx => tx.outbox.add(letter))
      return { message, letter, ada }
    }
    const claim = (now = NEW_YEAR, until = LEASE, limit = 10) =>
      portal.store.transaction(tx => tx.outbox.claim(now, until, limit))
    const settle = (id: string, lease: number, result: Omit<SettledLetter, 'id'>) =>
      portal.store.transaction(async tx => (await tx.outbox.settle(lease, [{ id, ...result }])).has(id))

    test('hands a letter to one worker, with what it needs to be written', async () => {
      const { letter } = await oneLetter()
      const claims = await Promise.all(Array.from({ length: 10 }, () => claim()))
      expect(claims.flat()).toHaveLength(1)
      const { recipient: _, ...told } = letter
      expect(claims.flat()[0]).toEqual({
        ...told,
        ...{ state: 'queued', attempts: 1, claimedUntil: LEASE, settledAt: null, lastAnswer: null },
      })
    })

    test('hands out the longest due first, not what is due later, and no more than asked', async () => {
      const { message } = await oneLetter({ nextAttemptAt: NEW_YEAR + 2 })
      const early = letterAbout(message, { nextAttemptAt: NEW_YEAR + 1 })
      const later = letterAbout(message, { nextAttemptAt: NEW_YEAR + minutes(5) })
      await portal.store.transaction(async tx => {
        await tx.outbox.add(early)
        await tx.outbox.add(later)
      })
      expect((await claim(NEW_YEAR + 2, LEASE, 1)).map(({ id }) => id)).toEqual([early.id])
      expect(await claim(NEW_YEAR + 2)).toHaveLength(1)
      expect(await claim(NEW_YEAR + 2)).toEqual([])
    })

    test('hands it out again when the lease has run out, and the first worker has lost it', async () => {
      const { letter } = await oneLetter()
      await claim()
      const [again] = await claim(LEASE, LEASE + minutes(2))
      expect(again?.attempts).toBe(2)
      expect(await settle(letter.id, LEASE, { state: 'sent', at: LEASE, answer: '250 ok' })).toBe(false)
      expect(await settle(letter.id, LEASE + minutes(2), { state: 'sent', at: LEASE, answer: '250 ok' })).toBe(true)
    })

    test('forgets what a letter says once it is sent', async () => {
      const { letter, message } = await oneLetter()
      await claim()
      await settle(letter.id, LEASE, { state: 'sent', at: NEW_YEAR + 5, answer: '250 ok' })
      const settled = await portal.store.read(tx => tx.outbox.find(letter.id))
      expect(settled).toMatchObject({ state: 'sent', settledAt: NEW_YEAR + 5, lastAnswer: '250 ok', claimedUntil: null })
      expect(settled?.content).toEqual({ to: '', language: '', values: {} })
      expect(await portal.store.read(tx => tx.outbox.ofMessages([message.id]))).toEqual([settled])
    })

    test('settles many at once, each as it went, and only those whose claim is held', async () => {
      const { message, letter: sent } = await oneLetter()
      const letters = [sent, ...[1, 2, 3].map(() => letterAbout(message, { id: newId('out', NEW_YEAR) }))]
      const [, deferred, cancelled, lost] = letters as [NewLetter, NewLetter, NewLetter, NewLetter]
      await portal.store.transaction(async tx => {
        for (const letter of letters.slice(1)) await tx.outbox.add(letter)
      })
      await claim()
      const later = NEW_YEAR + minutes(15)
      const at = NEW_YEAR + 5
      const held = await portal.store.transaction(async tx => {
        await tx.outbox.settle(LEASE, [{ id: lost.id, state: 'bounced', at, answer: '550 first' }])
        return tx.outbox.settle(LEASE, [
          { id: sent.id, state: 'sent', at, answer: '250 ok' },
          { id: deferred.id, state: 'deferred', at, answer: '451 later', nextAttemptAt: later },
          { id: cancelled.id, state: 'cancelled', at, answer: 'retracted' },
          { id: lost.id, state: 'sent', at, answer: '250 too late' },
        ])
      })
      expect(held).toEqual(new Set([sent.id, deferred.id, cancelled.id]))
      const found = await portal.store.read(tx => Promise.all(letters.map(({ id }) => tx.outbox.find(id))))
      expect(found.map(letter => [letter?.state, letter?.lastAnswer, letter?.content.to ?? null])).toEqual([
        ['sent', '250 ok', ''],
        ['deferred', '451 later', deferred.content.to],
        ['cancelled', 'retracted', ''],
        ['bounced', '550 first', ''],
      ])
      expect((await claim(later, later + 1)).map(({ id }) => id)).toEqual([deferred.id])
    })

    test('keeps a deferred letter for the next try', async () => {
      const { letter } = await oneLetter()
      await claim()
      const later = NEW_YEAR + minutes(15)
      await settle(letter.id, LEASE, { state: 'deferred', at: NEW_YEAR, answer: '451 later', nextAttemptAt: later })
      expect(await claim(LEASE)).toEqual([])
      const [again] = await claim(later, later + 1)
      expect(again).toMatchObject({
        id: letter.id,
        state: 'deferred',
        attempts: 2,
        lastAnswer: '451 later',
        content: letter.content,
      })
    })

    test('takes a letter back untried, without counting it', async () => {
      const { letter } = await oneLetter()
      await claim()
      const putBack = () => portal.store.transaction(tx => tx.outbox.putBack(letter.id, LEASE, NEW_YEAR + minutes(5)))
      expect(await putBack()).toBe(true)
      expect(await putBack()).toBe(false)
      expect(await claim(NEW_YEAR + minutes(4))).toEqual([])
      expect((await claim(NEW_YEAR + minutes(5), LEASE + minutes(9)))[0]?.attempts).toBe(1)
    })

    test('cancels what is not sent, but for what outlives its message, and tells how many', async () => {
      const { letter, message } = await oneLetter()
      const kept = letterAbout(message, { id: newId('out', NEW_YEAR), kind: 'not_for_me' })
      const cancel = (tx: Tx, messages: string[], at: number) => tx.outbox.cancelForMessages(messages, at, ['not_for_me'])
      await portal.store.transaction(async tx => {
        await tx.outbox.add(kept)
        await move(tx, message.id, ['waiting'], 'retracted')
        expect(await cancel(tx, [message.id, 'msg_other'], NEW_YEAR + 1)).toEqual(new Map([[message.id, 1]]))
        expect(await cancel(tx, [message.id], NEW_YEAR + 2)).toEqual(new Map())
      })
      expect((await claim()).map(({ id }) => id)).toEqual([kept.id])
      expect((await portal.store.read(tx => tx.outbox.find(letter.id)))?.state).toBe('cancelled')
    })

    test('says since when the oldest waits', async () => {
      const oldest = (now: number) => portal.store.read(tx => tx.outbox.oldestDue(now))
      expect(await oldest(NEW_YEAR)).toBeNull()
      await oneLetter({ nextAttemptAt: NEW_YEAR + 5 })
      expect(await oldest(NEW_YEAR + 4)).toBeNull()
      expect(await oldest(NEW_YEAR + 9)).toBe(NEW_YEAR + 5)
    })

    test('says when a recipient was last noticed', async () => {
      const { letter, message, ada } = await oneLetter()
      const code = letterAbout(message, { id: newId('out', NEW_YEAR), kind: 'reply_waiting' })
      await portal.store.transaction(tx => tx.outbox.add(code))
      await claim()
      const times = (since: number) =>
        portal.store.read(async tx => (await tx.outbox.noticeTimes([ada.id, 'rcp_other'], since)).get(ada.id))
      expect(await times(0)).toBeUndefined()
      await settle(letter.id, LEASE, { state: 'sent', at: NEW_YEAR + 5, answer: '250 ok' })
      await settle(code.id, LEASE, { state: 'sent', at: NEW_YEAR + 6, answer: '250 ok' })
      expect(await times(NEW_YEAR)).toEqual([NEW_YEAR + 5])
      expect(await times(NEW_YEAR + 6)).toBeUndefined()
    })
  })
}
