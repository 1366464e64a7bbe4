import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../../server/store.ts'
import { verifierKey } from '../../../server/trail/checkpoint.ts'
import { decodeEntry, record } from '../../../server/trail/entry.ts'
import { exportTrail } from '../../../server/trail/export.ts'
import { fileHistory } from '../../../server/trail/history.ts'
import { signNewCheckpoint } from '../../../server/trail/sign.ts'
import { trailKeeper } from '../../../server/trail/signing.ts'
import { checkTail } from '../../../server/trail/tail.ts'
import { verifyExport } from '../../../server/trail/verify.ts'
import { readWholeTrail } from '../../../server/trail/whole.ts'
import { NEW_YEAR, type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { ORIGIN, opening } from './memory-trail.ts'

let storage: TemporaryStorage
let folder: string
beforeEach(async () => {
  storage = await temporaryStorage()
  folder = await mkdtemp(join(tmpdir(), 'trail-'))
})
afterEach(async () => {
  await storage.remove()
  await rm(folder, { recursive: true })
})

const sign = () =>
  signNewCheckpoint({
    store: storage.store,
    now: NEW_YEAR,
    origin: ORIGIN,
    history: fileHistory(join(folder, 'checkpoints.txt')),
  })
const historyAt = (name: string) => fileHistory(join(folder, `${name}.txt`))
const partsOf = ({ store }: TemporaryStorage) => ({ store, clock: () => NEW_YEAR, settings: { ...SETTINGS, trailName: ORIGIN } })
const SETTINGS = { origin: 'https://portal.example', environment: 'development', mailFrom: 'no-reply@portal.example' } as const
const openings = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, i) => storage.store.transaction(tx => record(tx, NEW_YEAR + i, opening(`msg_${i}`)))),
  )

describe('the trail in a real database', () => {
  test('is read whole as far as it reached at first, while others go on adding to it', async () => {
    await openings(3)
    await sign()
    const growing: Pick<Store, 'read' | 'signer'> = {
      signer: storage.store.signer,
      read: async work => {
        const seen = await storage.store.read(work)
        await openings(1)
        return seen
      },
    }
    // One is added after the checkpoints are read, and counts; what is added after that belongs to the next time.
    expect(await readWholeTrail(growing, ORIGIN, [])).toMatchObject({ head: { size: 4 }, beyond: [], parts: 1 })
  })

  test('ten transactions at once give ten entries, each with a place of its own', async () => {
    const indexes = await openings(10)
    expect(indexes.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    const rows = await storage.store.read(tx => tx.trail.entries(0, 100))
    expect(rows.map(row => decodeEntry(row.bytes).index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await checkTail(storage.store, 100)).toBe(10)
  })

  test('a transaction that fails leaves no entry and no gap', async () => {
    await openings(2)
    const failing = storage.store.transaction(async tx => {
      await record(tx, NEW_YEAR, opening('msg_lost'))
      throw new Error('the change could not be made')
    })
    await expect(failing).rejects.toThrow('the change could not be made')
    await openings(1)
    const rows = await storage.store.read(tx => tx.trail.entries(0, 100))
    expect(rows.map(row => row.index)).toEqual([0, 1, 2])
    expect(rows.map(row => row.object)).not.toContain('msg_lost')
  })

  test('what was added since it was signed does not come along into a signed export', async () => {
    await openings(5)
    await sign()
    await openings(2)
    expect(await exportTrail(storage.store, join(folder, 'signed'), { isSigned: true })).toMatchObject({ entries: 5 })
    expect(await exportTrail(storage.store, join(folder, 'evidence'))).toMatchObject({ entries: 7 })
  })

  test('it is signed, exported and verified with the public key alone, also after a restart', async () => {
    await openings(5)
    await sign()
    await storage.reopen()
    await openings(5)
    expect(await sign()).toMatchObject({ isNew: true, checkpoint: { size: 10 } })
    await exportTrail(storage.store, join(folder, 'export'))
    const key = verifierKey(ORIGIN, storage.store.signer.publicKey)
    const expected = { ok: true, entries: 10, proven: 10, checkpoints: 2, problems: [], warnings: expect.anything() }
    expect(await verifyExport(join(folder, 'export'), key)).toEqual(expected)
  })

  test('two processes with a history each sign in turns, and who is behind does not call the trail contradicted', async () => {
    const signers = ['here', 'there'].map(name => trailKeeper({ ...partsOf(storage), checkpointHistory: historyAt(name) }))
    for (const round of [1, 2, 3]) {
      for (const [i, signer] of signers.entries()) {
        await openings(2)
        expect(await signer.signCheckpoint()).toEqual({ size: round * 4 - 2 + i * 2 })
      }
    }
    // One of them was away for a while.
    for (let size = 14; size <= 18; size += 2) {
      await openings(2)
      expect(await signers[0]!.signCheckpoint()).toEqual({ size })
    }
    expect(await signers[1]!.signCheckpoint()).toBeNull()
    expect(signers.map(({ isSound }) => isSound())).toEqual([true, true])
    expect(await historyAt('there').latest()).toBe(await historyAt('here').latest())
  })

  test('what another process signs between two looks does not look like removed entries', async () => {
    await openings(2)
    await sign()
    const inTheMiddle = {
      ...historyAt('checkpoints'),
      async latest() {
        await openings(2)
        await sign()
        return historyAt('checkpoints').latest()
      },
    }
    const signed = signNewCheckpoint({ store: storage.store, now: NEW_YEAR, origin: ORIGIN, history: inTheMiddle })
    expect(await signed).toMatchObject({ isNew: false, checkpoint: { size: 4 } })
  })

  test('the root of a long trail is compared in batches', async () => {
    await storage.store.transaction(async tx => {
      for (let i = 0; i < 5_000; i++) await record(tx, NEW_YEAR + i, opening(`msg_${i}`))
    })
    expect(await sign()).toMatchObject({ isNew: true, checkpoint: { size: 5_000 } })
    expect(await sign()).toMatchObject({ isNew: false })
  })
})
