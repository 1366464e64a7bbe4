import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import type { Attachment } from '../../../server/message.ts'
import type { Store } from '../../../server/store.ts'
import { backUp, DATA_FILE, generateArchiveKeys, KEYS_FILE, restore } from '../../../storage/index.ts'
import { OWNER_MARK } from '../../../storage/part-owner.ts'
import { MIB, objectsIn, pdf } from '../../support/files.ts'
import { NEW_YEAR, ROOT_KEY, type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { Intruder } from '../intruder.ts'
import { clinic, move, refusal, wholeContent } from '../kept.ts'

const archiveKeys = generateArchiveKeys()

describe('large files in a backup', () => {
  let folder: string
  let storage: TemporaryStorage
  let scan: Attachment
  let bytes: Buffer
  let northClinic: Awaited<ReturnType<typeof clinic>>
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'restante-files-'))
    storage = await temporaryStorage({ engine: 'sqlite' })
    northClinic = await clinic(storage.store)
    bytes = pdf(2 * MIB + 7)
    scan = await keepWithFile(bytes)
  })
  afterEach(async () => {
    await storage.remove()
    await rm(folder, { recursive: true, force: true })
  })

  async function keepWithFile(content: Buffer): Promise<Attachment> {
    const { keep, sender } = northClinic
    async function* halves() {
      yield content.subarray(0, content.length >> 1)
      yield content.subarray(content.length >> 1)
    }
    const staged = await storage.store.stageFile(
      { name: 'scan.pdf', type: 'application/pdf', by: sender, at: NEW_YEAR },
      halves(),
    )
    const { id: message, organization, recipient } = await keep({ attachmentCount: 1 })
    const attachment = { id: newId('att', NEW_YEAR), message, organization, recipient, ...NAMED, size: staged.size }
    await storage.store.transaction(async tx => {
      await tx.attachments.addStaged(attachment, staged.id)
      await tx.stagedFiles.claim(staged.id)
    })
    return attachment
  }
  const NAMED = { name: 'scan.pdf', type: 'application/pdf' }

  const there = () => join(folder, 'new')
  const options = (directory: string) => ({
    ...{ url: `sqlite:${join(directory, 'portal.db')}`, dataDirectory: directory, rootKey: ROOT_KEY, now: NEW_YEAR },
  })
  async function backedUp(meanwhile: () => void = () => undefined) {
    const [data, keys] = [join(folder, 'data'), join(folder, 'keys')]
    for (const each of [data, keys]) await mkdir(each)
    return backUp(options(storage.directory), {
      ...{ id: 'bak_1', recipient: archiveKeys.recipient, dataFolders: [data], keysFolders: [keys] },
      beside: async () => [],
      sign: told => JSON.stringify(told),
      // When this is told of rows, the state is taken and no object has been read.
      onProgress: meanwhile,
    })
  }
  const restored = (contents: Awaited<ReturnType<typeof backedUp>>, more: object = {}, plan: object = {}) =>
    restore(
      { ...options(there()), ...more },
      {
        data: { paths: [join(folder, 'data', DATA_FILE)], name: `bak_1/${DATA_FILE}`, bytes: contents.data.bytes },
        keys: { paths: [join(folder, 'keys', KEYS_FILE)], name: `bak_1/${KEYS_FILE}`, bytes: contents.keys.bytes },
        identity: archiveKeys.identity,
        now: NEW_YEAR,
        onProgress: () => undefined,
        migrations: contents.migrations,
        rows: contents.rows,
        ...plan,
      },
    )
  /** What the restored store answers to work, when it is a portal's database again. */
  async function inRestored<T>(contents: Awaited<ReturnType<typeof backedUp>>, work: (store: Store) => Promise<T>): Promise<T> {
    const { store, finish } = await restored(contents)
    try {
      await finish()
      return await work(store)
    } finally {
      await store.close()
    }
  }
  const objectFile = async (directory: string) => {
    const entries = await readdir(join(directory, 'parts'), { recursive: true, withFileTypes: true })
    const [found] = entries.filter(entry => entry.isFile() && entry.name !== OWNER_MARK)
    return join(found!.parentPath, found!.name)
  }

  test('come back, byte for byte, out of the archive alone', async () => {
    const contents = await backedUp()
    expect(contents.damage).toEqual([])
    await rm(join(storage.directory, 'parts'), { recursive: true })
    const content = await inRestored(contents, store => wholeContent(store, scan))
    expect(content.equals(bytes)).toBe(true)
    expect(await objectsIn(there())).toHaveLength(1)
  })

  test('that were disposed of while it was written are passed over, and their messages end as they did', async () => {
    const object = await objectFile(storage.directory)
    const intruder = new Intruder(storage.file)
    // What a disposal and the sweep after it leave, done at once.
    const contents = await backedUp(() => {
      intruder.run('delete from attachments')
      rmSync(object, { force: true })
    })
    intruder.close()
    expect(contents.damage).toEqual([])
    await inRestored(contents, async store => {
      expect(await refusal(wholeContent(store, scan))).toBe('tampered')
      await store.transaction(tx => move(tx, scan.message, ['waiting'], 'disposed'))
    })
  })

  test.each([
    ['is lost', unlink],
    ['is cut off', (path: string) => writeFile(path, 'the beginning of it')],
  ])('of which one %s are told of, and everything else is brought back', async (_, damage) => {
    await damage(await objectFile(storage.directory))
    const small = await northClinic.attach(await northClinic.keep({ attachmentCount: 1 }), Buffer.from('a small file'))
    const contents = await backedUp()
    expect(contents.damage).toMatchObject([{ table: 'part_store' }])
    await inRestored(contents, async store => expect((await wholeContent(store, small)).toString()).toBe('a small file'))
  })

  test('come back over what a killed restore has left of them', async () => {
    const contents = await backedUp()
    const killed = await restored(contents)
    await killed.store.close()
    const object = await objectFile(storage.directory)
    const left = object.replace(storage.directory, there()).replace(/\/[\w-]{2}\/([\w-]+)$/, '/unfinished/$1')
    await mkdir(dirname(left), { recursive: true })
    await writeFile(left, 'half of it')
    expect((await inRestored(contents, store => wholeContent(store, scan))).equals(bytes)).toBe(true)
  })

  test('are not shared with the portal they are of: its part store is refused, and left as it was', async () => {
    const contents = await backedUp()
    const partStore = { kind: 'directory', folder: join(storage.directory, 'parts') }
    const before = await objectsIn(storage.directory)
    expect(await refusal(restored(contents, { partStore }))).toBe('conflict')
    expect(await objectsIn(storage.directory)).toEqual(before)
    // In a place of its own, what an abandoned restore has put there goes with it.
    const abandoned = await restored(contents)
    expect(await objectsIn(there())).toHaveLength(1)
    await abandoned.abandon()
    await abandoned.store.close()
    expect(await objectsIn(there())).toEqual([])
    expect((await inRestored(contents, store => wholeContent(store, scan))).equals(bytes)).toBe(true)
  })

  test('may be taken over from a portal that will never run again, whatever it had signed and kept since', async () => {
    const signs = (store: Store, size: number) =>
      store.transaction(tx => tx.trail.addCheckpoint({ size, rootHash: randomBytes(32), note: 'signed', at: NEW_YEAR }))
    const contents = await backedUp()
    await signs(storage.store, 7)
    expect(await storage.store.checkObjects(0)).toMatchObject({ isShared: false })
    await rm(await objectFile(storage.directory))

    const partStore = { kind: 'directory', folder: join(storage.directory, 'parts') }
    const abandoned = await restored(contents, { partStore }, { takePartStore: true })
    await abandoned.abandon()
    await abandoned.store.close()
    // Nobody could tell what was whose.
    expect(await objectsIn(storage.directory)).toHaveLength(1)

    const { store, finish } = await restored(contents, { partStore }, { takePartStore: true })
    await finish()
    await signs(store, 8)
    expect(await store.checkObjects(0)).toMatchObject({ missing: [], isShared: false })
    expect((await wholeContent(store, scan)).equals(bytes)).toBe(true)
    await store.close()
  })
})
