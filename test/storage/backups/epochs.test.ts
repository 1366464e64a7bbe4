import { statSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rotateKeys } from '../../../server/keys/rotation.ts'
import { backUp, DATA_FILE, generateArchiveKeys, KEYS_FILE, restore } from '../../../storage/index.ts'
import { NEW_YEAR, ROOT_KEY, type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { CONTENT, clinic, move } from '../kept.ts'

const archiveKeys = generateArchiveKeys()

/** Backups of the data and backups of the keys are apart: the keys are kept for fewer epochs than the data. */
describe('a backup of the data from an earlier epoch', () => {
  let folder: string
  let storage: TemporaryStorage
  let disposed: string
  let contents: Awaited<ReturnType<typeof backedUp>>
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'restante-epochs-'))
    storage = await temporaryStorage({ engine: 'sqlite' })
    const { keep, organization } = await clinic(storage.store)
    disposed = (await keep()).id
    contents = await backedUp('first')
    await storage.store.transaction(tx => move(tx, disposed, ['waiting'], 'disposed'))
    await rotateKeys({ store: storage.store, clock: () => NEW_YEAR }, organization.id, {
      progress: () => undefined,
      signal: new AbortController().signal,
    })
    await backedUp('second')
  })
  afterEach(async () => {
    await storage.remove()
    await rm(folder, { recursive: true, force: true })
  })

  const options = (directory: string) => ({
    ...{ url: `sqlite:${join(directory, 'portal.db')}`, dataDirectory: directory, rootKey: ROOT_KEY, now: NEW_YEAR },
  })
  async function backedUp(id: string) {
    const [data, keys] = [join(folder, `${id}-data`), join(folder, `${id}-keys`)]
    for (const each of [data, keys]) await mkdir(each)
    return backUp(options(storage.directory), {
      ...{ id, recipient: archiveKeys.recipient, dataFolders: [data], keysFolders: [keys], beside: async () => [] },
      sign: told => JSON.stringify(told),
    })
  }
  const copyOf = (id: string, half: string, file: string) => {
    const path = join(folder, `${id}-${half}`, file)
    return { paths: [path], name: `${id}/${file}`, bytes: statSync(path).size }
  }
  const restored = (keysOf: string) =>
    restore(options(join(folder, 'new')), {
      data: copyOf('first', 'data', DATA_FILE),
      keys: copyOf(keysOf, 'keys', KEYS_FILE),
      identity: archiveKeys.identity,
      now: NEW_YEAR,
      onProgress: () => undefined,
      migrations: contents.migrations,
      rows: contents.rows,
    })

  test('opens with the keys that were written with it', async () => {
    const { store, finish } = await restored('first')
    expect(await store.read(async tx => tx.messages.content((await tx.messages.find(disposed))!))).toEqual(CONTENT)
    await finish()
    await store.close()
  })

  test('opens nothing with those of a later epoch: what was disposed of meanwhile is gone for good', async () => {
    await expect(restored('second')).rejects.toThrow(/sealed under keys that were retired since/)
  })
})
