import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { StagedFile } from '../../server/staged-file.ts'
import type { Store } from '../../server/store.ts'
import { openStorage } from '../../storage/index.ts'
import { afterTest } from '../support/closing.ts'
import { NEW_YEAR, ROOT_KEY } from '../support/storage.ts'
import { clinic } from './kept.ts'

/** So late that every object is old enough to be removed. */
const LATE = Date.UTC(2100, 0, 1)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restante-owner-'))
  afterTest(() => rm(folder, { recursive: true, force: true }))
})

const open = async (name: string) => {
  const store = await openStorage({
    ...{ url: 'sqlite:', dataDirectory: join(folder, name), rootKey: ROOT_KEY, now: NEW_YEAR },
    partStore: { kind: 'directory', folder: join(folder, 'parts') },
  })
  afterTest(() => store.close())
  return store
}

/** What a portal goes on with: each has a trail of its own from then on. */
const signs = (store: Store, size: number) =>
  store.transaction(tx => tx.trail.addCheckpoint({ size, rootHash: randomBytes(32), note: 'signed', at: NEW_YEAR }))

async function* aFile(): AsyncGenerator<Uint8Array> {
  yield randomBytes(1_000)
}

/** A portal, and one on a copy of its database, both with the same part store. */
async function portalAndCopy() {
  const first = await open('portal')
  const { sender } = await clinic(first)
  await signs(first, 1)
  await first.checkObjects(LATE)
  await first.close()
  await cp(join(folder, 'portal'), join(folder, 'copy'), { recursive: true })
  const [portal, copy] = [await open('portal'), await open('copy')]
  const stage = (store: Store): Promise<StagedFile> =>
    store.stageFile({ name: 'scan.pdf', type: 'application/pdf', by: sender, at: NEW_YEAR }, aFile())
  await signs(portal, 2)
  await signs(copy, 2)
  return { portal, copy, stage }
}

test.each([
  ['the portal', 'the copy'],
  ['the copy', 'the portal'],
])('of two on copies of one database, neither removes what the other has kept, when %s looks before %s', async one => {
  const { portal, copy, stage } = await portalAndCopy()
  const [earlier, later] = one === 'the portal' ? [portal, copy] : [copy, portal]
  const file = await stage(later)
  // Young still: nothing is removed in the first week.
  expect(await earlier.checkObjects(0)).toMatchObject({ removed: 0, isShared: false })
  expect(await later.checkObjects(0)).toMatchObject({ removed: 0, isShared: true })
  expect(await earlier.checkObjects(LATE)).toMatchObject({ removed: 0, isShared: true })
  expect(await later.read(tx => tx.stagedFiles.find(file.id))).toEqual(file)
  expect(await earlier.tryPartStore()).toBe(false)

  await later.transaction(tx => tx.stagedFiles.discard(file.id))
  expect(await later.removeDiscarded(10)).toBe(0)
})

test('one portal goes on removing, whichever of its processes looks and however often its trail was signed', async () => {
  const [one, other] = [await open('portal'), await open('portal')]
  const { sender } = await clinic(one)
  for (let size = 1; size < 4; size++) {
    await signs(one, size)
    expect(await other.checkObjects(LATE)).toMatchObject({ isShared: false })
    expect(await one.checkObjects(LATE)).toMatchObject({ isShared: false })
  }
  const file = await one.stageFile({ name: 'a', type: 'b', by: sender, at: NEW_YEAR }, aFile())
  await one.transaction(tx => tx.stagedFiles.discard(file.id))
  expect(await other.removeDiscarded(10)).toBe(1)
  expect(await one.tryPartStore()).toBe(true)
})
