import { describe, expect, test } from 'vitest'
import type { Draft } from '../../../server/draft.ts'
import { newId } from '../../../server/ids.ts'
import type { NewMessage } from '../../../server/message.ts'
import type { Store } from '../../../server/store.ts'
import { days, hours } from '../../../server/time.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { clinic, move, refusal } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

export const draftOf = (message: NewMessage, more: Partial<Draft> = {}): Draft => ({
  ...{ id: newId('drf', NEW_YEAR), message: message.id, organization: message.organization, recipient: message.recipient },
  ...{ createdAt: NEW_YEAR, savedAt: NEW_YEAR, version: 'one', text: 'Thank you', aside: null, files: [], ...more },
})

const find = (store: Store, { id }: NewMessage) => store.read(tx => tx.drafts.find(id))

async function* bytes(words: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(words)
}

/** A file that Ada has chosen, sealed and not yet with any draft. */
const staged = (store: Store, { recipient, organization }: NewMessage, words = 'Monday: well.') =>
  store.stageFile(
    { name: 'diary.txt', type: 'text/plain', by: { kind: 'recipient', id: recipient, organization }, at: NEW_YEAR },
    bytes(words),
  )

/** A message with a draft and a file of it. */
async function begun(store: Store) {
  const north = await clinic(store)
  const message = await north.keep()
  const file = await staged(store, message)
  const draft = draftOf(message)
  await store.transaction(async tx => {
    await tx.drafts.put(draft)
    await tx.drafts.addFile(draft, file.id)
  })
  return { ...north, message, draft, file }
}

export function draftContract(open: OpenStorage): void {
  describe('a draft', () => {
    const portal = eachWithStorage(open)

    test('comes back as it was kept, also after a restart, and another takes its place', async () => {
      const { message, draft, file } = await begun(portal.store)
      const { id, name, type, size, digest } = file
      const whole = { ...draft, files: [{ id, name, type, size, digest }] }
      expect(await find(portal.store, message)).toEqual(whole)
      const store = await portal.reopen()
      const later = {
        ...draft,
        version: 'two',
        text: 'Thank you!',
        aside: { text: 'And?', at: NEW_YEAR + 2 },
        savedAt: NEW_YEAR + 2,
      }
      await store.transaction(tx => tx.drafts.put(later))
      expect(await find(store, message)).toEqual({ ...later, files: whole.files })
    })

    test('is one of a message: a second is refused', async () => {
      const { message } = await begun(portal.store)
      await expect(portal.store.transaction(tx => tx.drafts.put(draftOf(message)))).rejects.toThrow()
    })

    test('is listed for its recipient alone, the last changed first', async () => {
      const { message, ada, keep } = await begun(portal.store)
      const other = await keep()
      await portal.store.transaction(tx => tx.drafts.put(draftOf(other, { savedAt: NEW_YEAR + 9 })))
      const listed = await portal.store.read(tx => tx.drafts.ofRecipient(ada.id))
      expect(listed).toEqual([
        { message: other.id, savedAt: NEW_YEAR + 9 },
        { message: message.id, savedAt: NEW_YEAR },
      ])
      expect(await portal.store.read(tx => tx.drafts.ofRecipient('rcp_other'))).toEqual([])
    })

    test('holds its files: they are swept only when it lets go of them', async () => {
      const { store } = portal
      const { message, draft, file } = await begun(store)
      const loose = await staged(store, message, 'Tuesday')
      const abandoned = () => store.read(tx => tx.stagedFiles.abandoned(NEW_YEAR + hours(2), 9))
      expect(await abandoned()).toEqual([loose.id])
      await store.transaction(tx => tx.drafts.addFile(draft, loose.id))
      expect(await abandoned()).toEqual([])
      expect(await store.transaction(tx => tx.drafts.removeFile(draft, loose.id))).toBe(true)
      expect(await store.transaction(tx => tx.drafts.removeFile(draft, loose.id))).toBe(false)
      expect((await find(store, message))!.files.map(({ id }) => id)).toEqual([file.id])
      expect(await store.removeDiscarded(9)).toBe(1)
      expect(await refusal(store.transaction(tx => tx.drafts.addFile(draft, loose.id)))).toBe('conflict')
    })

    test('is gone with its files when it is removed, and nothing of another draft', async () => {
      const { store } = portal
      const { message, keep } = await begun(store)
      const other = await keep()
      await store.transaction(tx => tx.drafts.put(draftOf(other)))
      expect(await store.transaction(tx => tx.drafts.remove(message.id))).toBe(true)
      expect(await store.transaction(tx => tx.drafts.remove(message.id))).toBe(false)
      expect(await find(store, message)).toBeNull()
      expect(await find(store, other)).not.toBeNull()
      expect(await store.removeDiscarded(9)).toBe(1)
    })

    test('leaves to a message what that has claimed', async () => {
      const { store } = portal
      const { message, draft, file, keep } = await begun(store)
      const answer = await keep({ direction: 'reply', inReplyTo: message.id })
      const { name, type, size } = file
      const at = { message: answer.id, organization: answer.organization, recipient: answer.recipient }
      const attachment = { id: newId('att', NEW_YEAR), ...at, name, type, size }
      await store.transaction(async tx => {
        await tx.attachments.addStaged(attachment, file.id)
        await tx.stagedFiles.claim(file.id)
        await tx.drafts.remove(draft.message)
      })
      expect(await store.removeDiscarded(9)).toBe(0)
      const read: Uint8Array[] = []
      for await (const chunk of store.attachmentContent(attachment)) read.push(chunk)
      expect(Buffer.concat(read).toString()).toBe('Monday: well.')
    })

    test('is destroyed with the message it answers', async () => {
      const { store } = portal
      const { message } = await begun(store)
      await store.transaction(tx => move(tx, message.id, ['waiting'], 'disposed'))
      expect(await find(store, message)).toBeNull()
      expect(await store.removeDiscarded(9)).toBe(1)
    })

    test('is found to be old by the moment of its last change', async () => {
      const { message } = await begun(portal.store)
      const lastSavedBefore = (at: number) => portal.store.read(tx => tx.drafts.lastSavedBefore(at, 9))
      expect(await lastSavedBefore(NEW_YEAR)).toEqual([])
      expect(await lastSavedBefore(NEW_YEAR + days(1))).toEqual([message.id])
    })

    test('lets a page prove whom it was shown to, for what and when, and nothing else', async () => {
      await portal.store.read(async ({ drafts }) => {
        const ticket = drafts.ticket('msg_1', 'rcp_1', NEW_YEAR)
        expect(drafts.ticketFits(ticket, 'msg_1', 'rcp_1', NEW_YEAR)).toBe(true)
        for (const other of [
          ['msg_2', 'rcp_1', NEW_YEAR],
          ['msg_1', 'rcp_2', NEW_YEAR],
          ['msg_1', 'rcp_1', NEW_YEAR + 1],
        ] as const)
          expect(drafts.ticketFits(ticket, other[0], other[1], other[2])).toBe(false)
        expect(drafts.ticketFits('', 'msg_1', 'rcp_1', NEW_YEAR)).toBe(false)
      })
    })
  })
}
