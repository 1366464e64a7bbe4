import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import type { Attachment, NewMessage } from '../../../server/message.ts'
import type { StagedFile } from '../../../server/staged-file.ts'
import type { Store } from '../../../server/store.ts'
import { days, hours } from '../../../server/time.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { clinic, move, refusal, wholeContent } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

const CHUNK = 64 * 1024
const SIZE = 5 * CHUNK + 7

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 50_001) yield bytes.subarray(from, from + 50_001)
}

/** A clinic with a file that waits for its deposit, and what a deposit does with it. */
async function clinicWithStagedFile(store: Store, content = randomBytes(SIZE)) {
  const north = await clinic(store)
  const stage = (bytes: Uint8Array = content) =>
    store.stageFile({ name: 'scan.pdf', type: 'application/pdf', by: north.sender, at: NEW_YEAR }, pieces(bytes))
  const shown = (message: NewMessage, { name, type, size }: StagedFile): Attachment => ({
    ...{ id: newId('att', NEW_YEAR), message: message.id, organization: message.organization, recipient: message.recipient },
    ...{ name, type, size },
  })
  const claim = async (file: StagedFile, messages: NewMessage[]): Promise<Attachment[]> => {
    const attachments = messages.map(message => shown(message, file))
    await store.transaction(async tx => {
      for (const attachment of attachments) await tx.attachments.addStaged(attachment, file.id)
      await tx.stagedFiles.claim(file.id)
    })
    return attachments
  }
  const dispose = (message: NewMessage) => store.transaction(tx => move(tx, message.id, ['waiting'], 'disposed'))
  return { ...north, content, stage, shown, claim, dispose, file: await stage() }
}

export function stagedFileContract(open: OpenStorage): void {
  describe('a staged file', () => {
    const portal = eachWithStorage(open)

    test('is known by what its content is, until a deposit claims it', async () => {
      const { store } = portal
      const { file, content, sender, keep, claim } = await clinicWithStagedFile(store)
      const digest = createHash('sha256').update(content).digest('base64url')
      expect(file).toEqual({ id: file.id, name: 'scan.pdf', type: 'application/pdf', by: sender, size: SIZE, digest })
      expect(await store.read(tx => tx.stagedFiles.find(file.id))).toEqual(file)
      await claim(file, [await keep()])
      expect(await store.read(tx => tx.stagedFiles.find(file.id))).toBeNull()
    })

    test('is shown by every message of the deposit, whole and in part, also after a restart', async () => {
      const { content, file, keep, claim } = await clinicWithStagedFile(portal.store)
      const attachments = await claim(file, [await keep(), await keep()])
      const store = await portal.reopen()
      for (const attachment of attachments) {
        expect((await wholeContent(store, attachment)).equals(content)).toBe(true)
        expect(await store.read(tx => tx.attachments.find(attachment.id))).toEqual(attachment)
        for (const [from, to] of [
          [0, 1],
          [CHUNK - 1, CHUNK + 1],
          [2 * CHUNK, 3 * CHUNK],
          [SIZE - 1, SIZE],
          [0, SIZE],
        ] as const) {
          const part = Buffer.concat(await Array.fromAsync(store.attachmentContent(attachment, { from, to })))
          expect(part.equals(content.subarray(from, to))).toBe(true)
        }
      }
    })

    test('is claimed once', async () => {
      const { file, keep, claim } = await clinicWithStagedFile(portal.store)
      await claim(file, [await keep()])
      const other = await keep()
      expect(await refusal(claim(file, [other]))).toBe('conflict')
      expect(await portal.store.read(tx => tx.attachments.ofMessage(other.id))).toEqual([])
    })

    test('is nothing that another organization could claim', async () => {
      const { file } = await clinicWithStagedFile(portal.store)
      const south = await clinic(portal.store, 'South Clinic', 'bo@example.com')
      const message = await south.keep()
      const attachment = { id: newId('att', NEW_YEAR), message: message.id, name: 'x', type: 'y', size: file.size }
      const place = { organization: south.organization.id, recipient: south.ada.id }
      const claimed = portal.store.transaction(tx => tx.attachments.addStaged({ ...attachment, ...place }, file.id))
      expect(await refusal(claimed)).toBe('conflict')
    })

    test('outlives one of its messages, and goes with the last', async () => {
      const { store } = portal
      const { file, content, keep, claim, dispose } = await clinicWithStagedFile(store)
      const [one, two] = [await keep(), await keep()]
      const [ofOne, ofTwo] = (await claim(file, [one, two])) as [Attachment, Attachment]
      await dispose(one)
      expect(await refusal(wholeContent(store, ofOne))).toBe('gone')
      expect(await store.removeDiscarded(10)).toBe(0)
      expect((await wholeContent(store, ofTwo)).equals(content)).toBe(true)
      await dispose(two)
      expect(await refusal(wholeContent(store, ofTwo))).toBe('gone')
      expect(await store.removeDiscarded(10)).toBe(1)
      expect(await store.removeDiscarded(10)).toBe(0)
    })

    test('that nobody claims is found by its age, and is gone once it was discarded', async () => {
      const { store } = portal
      const { file, keep, claim } = await clinicWithStagedFile(store)
      const abandoned = (before: number) => store.read(tx => tx.stagedFiles.abandoned(before, 10))
      expect(await abandoned(NEW_YEAR)).toEqual([])
      expect(await abandoned(NEW_YEAR + hours(1))).toEqual([file.id])
      expect(await store.transaction(tx => tx.stagedFiles.discard(file.id))).toBe(true)
      expect(await store.transaction(tx => tx.stagedFiles.discard(file.id))).toBe(false)
      expect(await refusal(claim(file, [await keep()]))).toBe('conflict')
      expect(await store.removeDiscarded(10)).toBe(1)
      expect(await abandoned(NEW_YEAR + hours(1))).toEqual([])
    })

    test('that was claimed is not discarded, whoever asks', async () => {
      const { store } = portal
      const { file, content, keep, claim } = await clinicWithStagedFile(store)
      const [attachment] = await claim(file, [await keep()])
      expect(await store.transaction(tx => tx.stagedFiles.discard(file.id))).toBe(false)
      expect(await store.removeDiscarded(10)).toBe(0)
      expect((await wholeContent(store, attachment!)).equals(content)).toBe(true)
    })

    test('that breaks off leaves nothing', async () => {
      const { store } = portal
      const { sender } = await clinic(store)
      const breaking = async function* () {
        yield randomBytes(SIZE)
        throw new Error('The visitor left.')
      }
      const staging = store.stageFile({ name: 'a', type: 'b', by: sender, at: NEW_YEAR }, breaking())
      await expect(staging).rejects.toThrow('The visitor left.')
      expect(await store.read(tx => tx.stagedFiles.abandoned(NEW_YEAR + days(1), 10))).toEqual([])
      expect(await store.removeDiscarded(10)).toBe(0)
      // By the clock of the part store's own files.
      expect(await store.checkObjects(Date.UTC(2100, 0, 1))).toEqual({ removed: 0, missing: [], isShared: false })
    })

    test('that nothing is wrong with is left alone by a check of everything', async () => {
      const { store } = portal
      const { content, file, keep, claim, stage } = await clinicWithStagedFile(store)
      const [attachment] = await claim(file, [await keep()])
      const waiting = await stage()
      expect(await store.checkObjects(Date.UTC(2100, 0, 1))).toEqual({ removed: 0, missing: [], isShared: false })
      expect((await wholeContent(store, attachment!)).equals(content)).toBe(true)
      expect(await store.read(tx => tx.stagedFiles.find(waiting.id))).toEqual(waiting)
    })
  })

  describe('a part of an attachment in the database', () => {
    const portal = eachWithStorage(open)

    test('is as much of it as was asked for', async () => {
      const { keep, attach } = await clinic(portal.store)
      const content = randomBytes(2 * CHUNK + 5)
      const attachment = await attach(await keep(), content)
      for (const [from, to] of [
        [0, 1],
        [CHUNK - 1, CHUNK + 1],
        [2 * CHUNK, content.length],
      ] as const) {
        const part = Buffer.concat(await Array.fromAsync(portal.store.attachmentContent(attachment, { from, to })))
        expect(part.equals(content.subarray(from, to))).toBe(true)
      }
    })
  })
}
