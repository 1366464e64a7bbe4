import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import type { ReceiptStage } from '../../../server/receipt.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { clinic, wholeContent } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

const CHUNK = 64 * 1024

export function attachmentContract(open: OpenStorage): void {
  describe('attachments', () => {
    const portal = eachWithStorage(open)

    test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])('of %i bytes come back whole', async size => {
      const { keep, attach } = await clinic(portal.store)
      const content = randomBytes(size)
      const attachment = await attach(await keep(), content)
      expect(await wholeContent(portal.store, attachment)).toEqual(content)
    })

    test('are found by id and by their messages', async () => {
      const { keep, attach } = await clinic(portal.store)
      const [one, two] = [await keep(), await keep()]
      const [first, second] = [await attach(one, Buffer.from('1')), await attach(two, Buffer.from('2'), { name: 'Résumé 2.pdf' })]
      await portal.store.read(async tx => {
        expect(await tx.attachments.find(first.id)).toEqual(first)
        expect(await tx.attachments.find('att_unknown')).toBeNull()
        expect(await tx.attachments.ofMessage(two.id)).toEqual([second])
        expect(await tx.attachments.ofMessages([one.id, two.id])).toHaveLength(2)
        expect(await tx.attachments.ofMessages([])).toEqual([])
      })
    })

    test('may be read slowly, while others write', async () => {
      const { keep, attach } = await clinic(portal.store)
      const content = randomBytes(3 * CHUNK)
      const attachment = await attach(await keep(), content)
      const read: Uint8Array[] = []
      for await (const chunk of portal.store.attachmentContent(attachment)) {
        read.push(chunk)
        await keep()
      }
      expect(Buffer.concat(read)).toEqual(content)
    })
  })

  describe('receipts', () => {
    const portal = eachWithStorage(open)
    const receipt = (message: string, stage: ReceiptStage, later = 0, attachment: string | null = null) => ({
      ...{ id: newId('evt', NEW_YEAR + later), message, stage, at: NEW_YEAR + later, attachment },
    })

    test('many are added at once, each only where it was not there yet', async () => {
      const { keep } = await clinic(portal.store)
      const [one, other] = [await keep(), await keep()].map(({ id }) => id) as [string, string]
      const [first, again, theirs, next] = [
        ...[receipt(one, 'noticed', 1), receipt(one, 'noticed', 2), receipt(other, 'noticed', 2)],
        receipt(one, 'notice_deferred', 3),
      ] as const
      await portal.store.transaction(async tx => {
        expect(await tx.receipts.addEachOnce([])).toEqual(new Set())
        expect(await tx.receipts.addEachOnce([first, theirs])).toEqual(new Set([first.id, theirs.id]))
        expect(await tx.receipts.addEachOnce([again, next])).toEqual(new Set([next.id]))
      })
      expect(await portal.store.read(tx => tx.receipts.ofMessages([one]))).toEqual([first, next])
    })

    test('are listed in order of time, and some may be there only once', async () => {
      const { keep } = await clinic(portal.store)
      const { id } = await keep()
      const [noticed, opened] = [receipt(id, 'noticed', 1), receipt(id, 'opened', 2)]
      await portal.store.transaction(async tx => {
        expect(await tx.receipts.addOnce(opened)).toBe(true)
        expect(await tx.receipts.addOnce(receipt(id, 'opened', 9))).toBe(false)
        await tx.receipts.add(noticed)
        expect(await tx.receipts.addOnce(receipt(id, 'noticed', 9))).toBe(false)
        expect(await tx.receipts.addOnce(receipt(id, 'attachment_fetched', 3, 'att_1'))).toBe(true)
        expect(await tx.receipts.addOnce(receipt(id, 'attachment_fetched', 4, 'att_2'))).toBe(true)
        expect(await tx.receipts.addOnce(receipt(id, 'attachment_fetched', 5, 'att_2'))).toBe(false)
      })
      await portal.store.read(async tx => {
        const stages = (await tx.receipts.ofMessages([id])).map(({ stage }) => stage)
        expect(stages).toEqual(['noticed', 'opened', 'attachment_fetched', 'attachment_fetched'])
        expect((await tx.receipts.ofMessages([id])).slice(0, 2)).toEqual([noticed, opened])
        expect(await tx.receipts.has(id, 'opened')).toBe(true)
        expect(await tx.receipts.has(id, 'replied')).toBe(false)
      })
    })
  })
}
