import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import type { Message } from '../../../server/message.ts'
import { days } from '../../../server/time.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { CONTENT, clinic, messageFor, move, refusal, tell } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

export function messageContract(open: OpenStorage): void {
  describe('messages', () => {
    const portal = eachWithStorage(open)
    const find = (id: string) => portal.store.read(tx => tx.messages.find(id))

    test('come back as they were given, found by id, locator, deposit and thread', async () => {
      const { keep } = await clinic(portal.store)
      const { locator, activationAnswer: _answer, form: _form, ...given } = await keep({ confidential: true })
      const never = { openedAt: null, retractedAt: null, retractionReason: null, hiddenAt: null }
      const kept: Message = { ...given, ...never, tellRecipient: false, revision: 1 }
      await portal.store.read(async tx => {
        expect(await tx.messages.find(given.id)).toEqual(kept)
        expect(await tx.messages.findByLocator(locator!)).toEqual(kept)
        expect(await tx.messages.findByLocator('unknown')).toBeNull()
        expect(await tx.messages.locator(kept)).toBe(locator)
        expect(await tx.messages.findMany([given.id, 'msg_unknown'])).toEqual([kept])
        expect(await tx.messages.ofDeposits([given.deposit])).toEqual([kept])
        expect(await tx.messages.ofThread(given.thread)).toEqual([kept])
        expect(await tx.messages.othersOfThread(kept)).toEqual([])
        expect(await tx.messages.othersOfThread({ id: 'msg_another', thread: given.thread })).toEqual([kept])
        expect(await tx.messages.content(kept)).toEqual(CONTENT)
        expect(await tx.messages.texts([kept])).toEqual(new Map([[given.id, CONTENT.text]]))
        expect(await tx.messages.texts([])).toEqual(new Map())
        expect(await tx.messages.headings([kept])).toEqual(
          new Map([[given.id, { subject: CONTENT.subject, from: CONTENT.from }]]),
        )
      })
    })

    test('of a thread and of a deposit come in the order they were kept, whatever the clock said meanwhile', async () => {
      const { deposit, keep } = await clinic(portal.store)
      const ids: string[] = []
      for (const at of [0, -1, 0, 0]) ids.push((await keep({ id: newId('msg', NEW_YEAR + days(at)) })).id)
      const found = await portal.store.read(async tx => [
        await tx.messages.ofThread(deposit.thread),
        await tx.messages.ofDeposits([deposit.id]),
      ])
      for (const messages of found) expect(messages.map(({ id }) => id)).toEqual(ids)
    })

    test('may be used in the transaction that adds them, before the trail is told', async () => {
      const { ada, deposit } = await clinic(portal.store)
      const message = messageFor(ada, deposit, { locator: null })
      await portal.store.transaction(async tx => {
        await tx.messages.add(message, CONTENT)
        expect((await tx.messages.find(message.id))?.revision).toBe(1)
        await tell(tx, message, 1)
        expect((await move(tx, message.id, ['waiting'], 'opened'))?.revision).toBe(2)
      })
      expect((await find(message.id))?.state).toBe('opened')
      expect(await portal.store.read(async tx => tx.messages.locator((await tx.messages.find(message.id))!))).toBeNull()
    })

    test('are opened once: of fifty at the same time one does it', async () => {
      const { keep } = await clinic(portal.store)
      const { id } = await keep()
      const tries = Array.from({ length: 50 }, () => portal.store.transaction(tx => move(tx, id, ['waiting'], 'opened')))
      const won = (await Promise.all(tries)).filter(moved => moved !== null)
      expect(won).toHaveLength(1)
      expect(won[0]).toMatchObject({ state: 'opened', openedAt: NEW_YEAR, revision: 2 })
    })

    test('are read or taken back, whichever came first, in every order', async () => {
      const { keep } = await clinic(portal.store)
      const steps = fc.constantFrom('open' as const, 'retract' as const, 'expire' as const)
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 2, maxLength: 5 }), async order => {
          const { id } = await keep()
          const outcomes = await Promise.all(
            order.map(step =>
              portal.store.transaction(tx => {
                if (step === 'open') return move(tx, id, ['waiting'], 'opened')
                if (step === 'expire') return move(tx, id, ['waiting', 'opened'], 'expired')
                return move(tx, id, ['waiting', 'opened', 'expired'], 'retracted', { retractionReason: 'duplicate' })
              }),
            ),
          )
          const changes = outcomes.filter(moved => moved !== null)
          const last = await find(id)
          expect(last?.revision).toBe(1 + changes.length)
          expect(last?.state).toBe(changes.at(-1)?.state)
          expect(changes.filter(({ state }) => state === 'retracted').length).toBe(order.includes('retract') ? 1 : 0)
        }),
        { numRuns: 100 },
      )
    })

    test('say why they were taken back, and whether to tell it', async () => {
      const { keep } = await clinic(portal.store)
      const { id } = await keep()
      const change = {
        retractionReason: 'wrong_recipient',
        retractionNote: 'Two people of one name',
        tellRecipient: true,
        at: NEW_YEAR + 5,
      }
      await portal.store.transaction(tx => move(tx, id, ['waiting', 'opened'], 'retracted', change))
      expect(await find(id)).toMatchObject({
        retractedAt: NEW_YEAR + 5,
        retractionReason: 'wrong_recipient',
        tellRecipient: true,
      })
    })

    test('are kept once for each form of a recipient, and found again by it', async () => {
      const { keep, ada, deposit } = await clinic(portal.store)
      const other = { ...ada, id: newId('rcp', NEW_YEAR), address: 'ben@example.com' }
      await portal.store.transaction(tx => tx.recipients.add(other))
      const form = { keyHash: 'hash-of-form', bodyHash: 'hash-of-words' }
      const first = await keep({ form, direction: 'reply' })
      for (const bodyHash of ['hash-of-words', 'hash-of-other-words'])
        expect(await refusal(keep({ form: { ...form, bodyHash }, direction: 'reply' }))).toBe('conflict')
      await keep({ form: { ...form, keyHash: 'another' } })
      await keep({ form, recipient: other.id })
      await keep()
      const found = (recipient: string, key: string) => portal.store.read(tx => tx.messages.findByForm(recipient, key))
      expect(await found(ada.id, 'hash-of-form')).toEqual({ id: first.id, bodyHash: 'hash-of-words' })
      expect(await found(ada.id, 'unknown')).toBeNull()
      expect(await portal.store.read(tx => tx.messages.ofDeposits([deposit.id]))).toHaveLength(4)
      await portal.store.transaction(tx => move(tx, first.id, ['waiting'], 'disposed'))
      expect(await found(ada.id, 'hash-of-form')).toEqual({ id: first.id, bodyHash: null })
    })

    test('come back from expiry where they were', async () => {
      const { keep } = await clinic(portal.store)
      const { id } = await keep()
      await portal.store.transaction(async tx => {
        await move(tx, id, ['waiting'], 'expired')
        const extended = await tx.messages.extend(id, ['expired'], 'waiting', NEW_YEAR + days(60))
        await tell(tx, extended!, extended!.revision)
        expect(await tx.messages.extend(id, ['retracted'], 'waiting', NEW_YEAR)).toBeNull()
      })
      expect(await find(id)).toMatchObject({ state: 'waiting', expiresAt: NEW_YEAR + days(60), openedAt: null, revision: 3 })
    })

    test('are due when their expiry has come, oldest first, and not when they are over already', async () => {
      const { keep } = await clinic(portal.store)
      const late = await keep({ expiresAt: NEW_YEAR + days(2) })
      const early = await keep({ expiresAt: NEW_YEAR + days(1) })
      const gone = await keep({ expiresAt: NEW_YEAR + days(1) })
      await portal.store.transaction(tx => move(tx, gone.id, ['waiting'], 'retracted'))
      const due = (at: number, limit = 9) => portal.store.read(tx => tx.messages.dueToExpire(at, limit))
      expect(await due(NEW_YEAR)).toEqual([])
      expect(await due(NEW_YEAR + days(1))).toEqual([early.id])
      expect(await due(NEW_YEAR + days(2))).toEqual([early.id, late.id])
      expect(await due(NEW_YEAR + days(2), 1)).toEqual([early.id])
    })

    test('end together, but for those that are over already, and each is told of by its own revision', async () => {
      const { keep, attach } = await clinic(portal.store)
      const [waiting, opened, over] = [await keep(), await keep(), await keep()]
      const attachment = await attach(opened, Buffer.from('%PDF'))
      await portal.store.transaction(async tx => {
        await move(tx, opened.id, ['waiting'], 'opened')
        await move(tx, over.id, ['waiting'], 'retracted')
      })
      const ids = [waiting.id, opened.id, over.id, 'msg_unknown']
      const ended = await portal.store.transaction(async tx => {
        const ended = await tx.messages.end(ids, ['waiting', 'opened'], 'disposed')
        for (const message of ended) await tell(tx, message, message.revision)
        return ended
      })
      const seen = ended.map(({ id, state, openedAt, revision }) => ({ id, state, openedAt, revision }))
      expect(new Set(seen)).toEqual(
        new Set([
          { id: waiting.id, state: 'disposed', openedAt: null, revision: 2 },
          { id: opened.id, state: 'disposed', openedAt: NEW_YEAR, revision: 3 },
        ]),
      )
      expect((await find(over.id))?.state).toBe('retracted')
      for (const id of [waiting.id, opened.id])
        expect(await refusal(portal.store.read(async tx => tx.messages.content((await tx.messages.find(id))!)))).toBe('gone')
      expect(await portal.store.read(tx => tx.attachments.find(attachment.id))).toBeNull()
      expect(await portal.store.transaction(tx => tx.messages.end(ids, ['waiting', 'opened'], 'disposed'))).toEqual([])
    })

    test('end together however many they are, each with a row and an entry that verify', async () => {
      const { keep } = await clinic(portal.store)
      const ids = (await Promise.all(Array.from({ length: 70 }, () => keep()))).map(({ id }) => id)
      await portal.store.transaction(async tx => {
        for (const message of await tx.messages.end(ids, ['waiting'], 'expired')) await tell(tx, message, message.revision)
      })
      const found = await portal.store.read(tx => tx.messages.findMany(ids))
      expect(found.map(({ state, revision }) => `${state} ${revision}`)).toEqual(ids.map(() => 'expired 2'))
      const { size } = await portal.store.read(tx => tx.trail.head())
      expect(await portal.store.read(tx => tx.trail.leafHashes(0, 1_000))).toHaveLength(size)
    })

    test('lie in their mailbox newest first, page by page, with what was answered and without what is hidden', async () => {
      const { keep, ada } = await clinic(portal.store)
      const at = (day: number) => ({ id: newId('msg', NEW_YEAR + days(day)) })
      const [one, two, three] = [await keep(at(1)), await keep(at(2)), await keep({ ...at(3), direction: 'reply' })]
      const hidden = await keep(at(4))
      await portal.store.transaction(async tx => {
        const said = await tx.messages.hide(hidden.id, NEW_YEAR + 1)
        await tell(tx, said!, said!.revision)
        expect(await tx.messages.hide(hidden.id, NEW_YEAR + 2)).toBeNull()
      })
      const list = async (page: { after?: string; limit: number }) =>
        (await portal.store.read(tx => tx.messages.listForRecipient(ada.id, page))).map(({ id }) => id)
      expect(await list({ limit: 2 })).toEqual([three.id, two.id])
      expect(await list({ limit: 2, after: two.id })).toEqual([one.id])
      expect((await find(hidden.id))?.hiddenAt).toBe(NEW_YEAR + 1)
    })

    test('stay unopened until they are opened, hidden and expired ones too', async () => {
      const { keep, ada } = await clinic(portal.store)
      const [waiting, expired, opened, hidden] = [await keep(), await keep(), await keep(), await keep()]
      await keep({ direction: 'reply' })
      await portal.store.transaction(async tx => {
        await move(tx, expired.id, ['waiting'], 'expired')
        await move(tx, opened.id, ['waiting'], 'opened')
        const said = await tx.messages.hide(hidden.id, NEW_YEAR)
        await tell(tx, said!, said!.revision)
      })
      const unopened = (await portal.store.read(tx => tx.messages.unopenedOf(ada.id))).map(({ id }) => id)
      expect(unopened).toEqual([waiting.id, expired.id, hidden.id].sort().reverse())
    })

    test('show a sender every reply once, in the order they were kept, even when one began earlier', async () => {
      const { keep, sender } = await clinic(portal.store)
      const reply = (day: number) => keep({ id: newId('msg', NEW_YEAR + days(day)), direction: 'reply' })
      const list = async (order: 'newest' | 'oldest', after?: string) =>
        (await portal.store.read(tx => tx.messages.listReplies(sender, { limit: 2, after }, order))).map(({ id }) => id)
      const second = await reply(2)
      expect(await list('oldest')).toEqual([second.id])
      const first = await reply(1)
      expect(await list('oldest', second.id)).toEqual([first.id])
      expect(await list('newest')).toEqual([first.id, second.id])
      expect(await list('newest', first.id)).toEqual([second.id])
    })

    test('know the sender’s activation answer and nothing else', async () => {
      const { keep } = await clinic(portal.store)
      const guarded = await keep({ activationAnswer: '74312209', needsConfirmation: 'code' })
      const open = await keep()
      const matches = (id: string, answer: string) => portal.store.read(tx => tx.messages.activationMatches(id, answer))
      expect(await matches(guarded.id, '74312209')).toBe(true)
      expect(await matches(guarded.id, '74312208')).toBe(false)
      expect(await matches(guarded.id, '')).toBe(false)
      expect(await matches(open.id, '')).toBe(false)
      expect(await matches('msg_unknown', '74312209')).toBe(false)
    })

    test('are gone after disposal, attachments and all', async () => {
      const { keep, attach } = await clinic(portal.store)
      const message = await keep()
      const attachment = await attach(message, Buffer.from('%PDF'))
      await portal.store.transaction(tx => move(tx, message.id, ['waiting'], 'disposed'))
      const disposed = (await find(message.id))!
      expect(disposed.state).toBe('disposed')
      expect(await refusal(portal.store.read(tx => tx.messages.content(disposed)))).toBe('gone')
      expect(await portal.store.read(tx => tx.messages.headings([disposed]))).toEqual(new Map())
      expect(await portal.store.read(tx => tx.attachments.ofMessage(message.id))).toEqual([])
      const reading = async () => {
        for await (const _ of portal.store.attachmentContent(attachment)) throw new Error('A byte left.')
      }
      expect(await refusal(reading())).toBe('gone')
    })

    test('are unknown when nobody kept them', async () => {
      await portal.store.transaction(async tx => {
        expect(await tx.messages.find('msg_unknown')).toBeNull()
        expect(await tx.messages.transition('msg_unknown', ['waiting'], 'opened', { at: NEW_YEAR })).toBeNull()
        expect(await tx.messages.hide('msg_unknown', NEW_YEAR)).toBeNull()
      })
    })
  })
}
