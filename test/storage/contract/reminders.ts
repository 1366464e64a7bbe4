import { describe, expect, test } from 'vitest'
import type { MessageState } from '../../../server/message.ts'
import { days } from '../../../server/time.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { clinic, letterAbout, move } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

export function reminderContract(open: OpenStorage): void {
  describe('reminders', () => {
    const portal = eachWithStorage(open)
    const START = { at: 0, id: '' }

    test('find what waits by when it came, behind a mark, each once, however many have one moment', async () => {
      const { keep } = await clinic(portal.store)
      const first = await keep({ createdAt: NEW_YEAR })
      const same = [await keep({ createdAt: NEW_YEAR + 1 }), await keep({ createdAt: NEW_YEAR + 1 })].sort((a, b) =>
        a.id < b.id ? -1 : 1,
      )
      const opened = await keep({ createdAt: NEW_YEAR + 2 })
      await portal.store.transaction(tx => move(tx, opened.id, ['waiting'], 'opened'))
      await keep({ createdAt: NEW_YEAR + 2, direction: 'reply' })
      await keep({ createdAt: NEW_YEAR + 3 })
      await portal.store.read(async tx => {
        const seen: string[] = []
        for (let after = START; ; ) {
          const [next] = await tx.messages.waitingSince(after, NEW_YEAR + 2, 1)
          if (!next) break
          seen.push(next.id)
          after = next
        }
        expect(seen).toEqual([first.id, ...same.map(({ id }) => id)])
        expect(await tx.messages.waitingSince(START, NEW_YEAR - 1, 10)).toEqual([])
      })
    })

    test('find what can be read no longer soon, read or not, the first to expire first', async () => {
      const { keep } = await clinic(portal.store)
      const at = (day: number) => NEW_YEAR + days(day)
      const late = await keep({ expiresAt: at(9) })
      const soon = await keep({ expiresAt: at(5) })
      const opened = await keep({ expiresAt: at(7) })
      const moves: [string, MessageState][] = [[opened.id, 'opened']]
      for (const gone of ['retracted', 'expired'] as const) moves.push([(await keep({ expiresAt: at(6) })).id, gone])
      for (const [id, to] of moves) await portal.store.transaction(tx => move(tx, id, ['waiting'], to))
      await portal.store.read(async tx => {
        const found = await tx.messages.expiringSince(START, at(8), 10)
        expect(found).toEqual([
          { at: at(5), id: soon.id },
          { at: at(7), id: opened.id },
        ])
        expect((await tx.messages.expiringSince(found[1]!, at(9), 10)).map(({ id }) => id)).toEqual([late.id])
      })
    })

    test('know how far they have come, and when somebody was last written to', async () => {
      const { keep, ada } = await clinic(portal.store)
      const message = await keep()
      const about = { recipient: ada.id, kind: 'reminder' as const }
      await portal.store.transaction(async tx => {
        expect(await tx.marks.find('reminded')).toEqual(START)
        await tx.marks.put('reminded', { at: NEW_YEAR, id: message.id })
        expect(await tx.outbox.lastNudge(ada.id, 'reminder')).toBeNull()
        for (const createdAt of [NEW_YEAR + 2, NEW_YEAR + 1]) await tx.outbox.add(letterAbout(message, { ...about, createdAt }))
        await tx.outbox.add(letterAbout(message, { recipient: ada.id, createdAt: NEW_YEAR + 9 }))
      })
      await portal.store.read(async tx => {
        expect(await tx.marks.find('reminded')).toEqual({ at: NEW_YEAR, id: message.id })
        expect(await tx.marks.find('warned')).toEqual(START)
        expect(await tx.outbox.lastNudge(ada.id, 'reminder')).toBe(NEW_YEAR + 2)
        expect(await tx.outbox.lastNudge(ada.id, 'expiry_warning')).toBeNull()
        expect(await tx.outbox.lastNudge('rcp_other', 'reminder')).toBeNull()
      })
      await portal.store.transaction(tx => tx.outbox.cancelForMessages([message.id], NEW_YEAR + 3, []))
      expect(await portal.store.read(tx => tx.outbox.lastNudge(ada.id, 'reminder'))).toBeNull()
    })
  })
}
