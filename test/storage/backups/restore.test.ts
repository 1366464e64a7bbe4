import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../../server/store.ts'
import { openSqlite } from '../../../storage/engines/sqlite.ts'
import {
  type BackupContents,
  backUp,
  DATA_FILE,
  generateArchiveKeys,
  KEYS_FILE,
  MANIFEST_FILE,
  openStorage,
  restore,
} from '../../../storage/index.ts'
import { emptyDatabase } from '../../support/postgres-database.ts'
import { NEW_YEAR, OTHER_ROOT_KEY, ROOT_KEY, type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { CONTENT, clinic, move, refusal, wholeContent } from '../kept.ts'

const archiveKeys = generateArchiveKeys()
const nobody = generateArchiveKeys()

describe('a backup', () => {
  let folder: string
  let storage: TemporaryStorage
  let ada: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'restante-backup-'))
    storage = await temporaryStorage()
    const { keep, attach, ada: recipient } = await clinic(storage.store)
    ada = recipient.id
    await keep()
    const withFile = await keep({ attachmentCount: 1 })
    await attach(withFile, Buffer.alloc(150_000, 'all is well '))
    const gone = await keep()
    await storage.store.transaction(tx => move(tx, gone.id, ['waiting'], 'disposed'))
  })
  afterEach(async () => {
    await storage.remove()
    await rm(folder, { recursive: true, force: true })
  })

  const options = () => ({ url: `sqlite:${storage.file}`, dataDirectory: storage.directory, rootKey: ROOT_KEY, now: NEW_YEAR })
  const emptyOptions = (name = 'new') => ({
    ...{ url: `sqlite:${join(folder, name, 'portal.db')}`, dataDirectory: join(folder, name), rootKey: ROOT_KEY, now: NEW_YEAR },
  })

  async function backedUp(id = 'bak_1') {
    const names = { data: `${id}-data`, second: `${id}-second`, keys: `${id}-keys` }
    for (const name of Object.values(names)) await mkdir(join(folder, name), { recursive: true })
    return backUp(options(), {
      id,
      recipient: archiveKeys.recipient,
      dataFolders: [join(folder, names.data), join(folder, names.second)],
      keysFolders: [join(folder, names.keys)],
      beside: async () => [],
      sign: contents => JSON.stringify(contents),
    })
  }
  const file = (name: string) => join(folder, name)
  const plan = (contents: BackupContents, more = {}) => ({
    data: { paths: [file(`bak_1-data/${DATA_FILE}`)], name: `bak_1/${DATA_FILE}`, bytes: contents.data.bytes },
    keys: { paths: [file(`bak_1-keys/${KEYS_FILE}`)], name: `bak_1/${KEYS_FILE}`, bytes: contents.keys.bytes },
    identity: archiveKeys.identity,
    now: NEW_YEAR,
    onProgress: () => undefined,
    migrations: contents.migrations,
    rows: contents.rows,
    ...more,
  })
  const seenIn = (store: Store) =>
    store.read(async tx => {
      const messages = await tx.messages.listForRecipient(ada, { limit: 10 })
      const kept = messages.filter(message => message.state !== 'disposed')
      const contents = []
      for (const message of kept) contents.push(await tx.messages.content(message))
      const files = await tx.attachments.ofMessages(kept.map(({ id }) => id))
      return { messages, contents, files, head: await tx.trail.head() }
    })

  test('brings back everything there was, in a new place, and the portal’s key with it', async () => {
    const contents = await backedUp()
    expect(contents).toMatchObject({ failures: [], messages: 3, entries: 4 })
    const restoring = await restore(emptyOptions(), plan(contents))
    await restoring.finish()

    const before = await seenIn(storage.store)
    expect(await seenIn(restoring.store)).toEqual(before)
    expect((await wholeContent(restoring.store, before.files[0]!)).length).toBe(150_000)
    expect(restoring.store.signer.publicKey).toEqual(storage.store.signer.publicKey)
    await restoring.store.close()
  })

  test('goes from one file into a PostgreSQL database', async () => {
    const contents = await backedUp()
    const database = await emptyDatabase()
    const target = { ...emptyOptions(), url: database.url }
    const restoring = await restore(target, plan(contents))
    await restoring.finish()
    expect(await seenIn(restoring.store)).toEqual(await seenIn(storage.store))
    await restoring.store.close()

    const abandoned = await emptyDatabase()
    const elsewhere = { ...target, url: abandoned.url }
    expect(await refusal(restore(elsewhere, plan(contents, { data: { ...plan(contents).data, name: 'bak_2/data' } })))).toBe(
      'tampered',
    )
    const second = await restore(elsewhere, plan(contents))
    await second.abandon()
    await second.store.close()
    await database.remove()
    await abandoned.remove()
  })

  test('says nothing of what it holds, not even to who has the root key', async () => {
    await backedUp()
    for (const name of [`bak_1-data/${DATA_FILE}`, `bak_1-keys/${KEYS_FILE}`]) {
      const bytes = await readFile(file(name))
      for (const word of ['messages', 'wrapped', ada]) expect(bytes.includes(word)).toBe(false)
    }
  })

  test('is refused with another identity, another root key, other keys, into a database that is not empty', async () => {
    const contents = await backedUp()
    await backedUp('bak_2')
    const refused = async (more: object, into: object = {}) => {
      const target = emptyOptions('refused')
      return [await refusal(restore({ ...target, ...into }, plan(contents, more))), await isEmpty(target)]
    }
    expect(await refused({ identity: nobody.identity })).toEqual(['tampered', true])
    expect(await refused({}, { rootKey: OTHER_ROOT_KEY })).toEqual(['misconfigured', true])
    expect(await refused({ migrations: [...contents.migrations, '9999-unknown'] })).toEqual(['misconfigured', true])
    // Each archive is good by itself, and in another's place it is none.
    const other = { ...plan(contents).data, paths: [file(`bak_2-data/${DATA_FILE}`)] }
    expect(await refused({ data: other })).toEqual(['tampered', true])
    expect(await refused({ keys: plan(contents).data })).toEqual(['tampered', true])
    const before = await seenIn(storage.store)
    expect(await refusal(restore(options(), plan(contents)))).toBe('conflict')
    expect(await seenIn(storage.store)).toEqual(before)
  })

  test('with a byte flipped anywhere, or its end cut off, is refused, and leaves the database empty', async () => {
    const contents = await backedUp()
    for (const path of [...plan(contents).keys.paths, ...plan(contents).data.paths]) {
      const whole = await readFile(path)
      const places = [0, 20, 60, 1_000, Math.floor(whole.length / 2), whole.length - 1].filter(at => at < whole.length)
      for (const at of places) {
        const flipped = Buffer.from(whole)
        flipped[at] = flipped[at]! ^ 1
        await writeFile(path, flipped)
        expect.soft(await refusal(restore(emptyOptions('flipped'), plan(contents))), `${path} at ${at}`).toBe('tampered')
        expect(await isEmpty(emptyOptions('flipped'))).toBe(true)
      }
      for (const length of [whole.length - 1, 65_536 + 16 + 58, 58, 10].filter(bytes => bytes < whole.length)) {
        await writeFile(path, whole.subarray(0, length))
        expect.soft(await refusal(restore(emptyOptions('cut'), plan(contents))), `${path} of ${length}`).toBe('tampered')
      }
      await writeFile(path, whole)
    }
  })

  test('is not served before it has been looked at as a whole, and a restore that was killed is begun anew', async () => {
    const contents = await backedUp()
    const target = emptyOptions()
    const killed = await restore(target, plan(contents))
    await expect(openStorage(target)).rejects.toMatchObject({ code: 'misconfigured', message: /run `portal restore` again/ })
    await killed.store.close()

    const restoring = await restore(target, plan(contents))
    await restoring.finish()
    await restoring.store.close()
    await (await openStorage(target)).close()
  })

  test('restored by somebody who loses patience and begins again is restored once, by the one who began last', async () => {
    const contents = await backedUp()
    let second: ReturnType<typeof restore> | undefined
    const first = restore(
      emptyOptions(),
      plan(contents, {
        // Once it has written some rows.
        onProgress: () => {
          second ??= restore(emptyOptions(), plan(contents))
        },
      }),
    )
    expect(await refusal(first)).toBe('conflict')
    const restoring = await second!
    await restoring.finish()
    expect(await seenIn(restoring.store)).toEqual(await seenIn(storage.store))
    await restoring.store.close()
  })

  test('one that another restore has overtaken at its very end gives nothing away', async () => {
    const contents = await backedUp()
    const first = await restore(emptyOptions(), plan(contents))
    const second = await restore(emptyOptions(), plan(contents))
    expect(await refusal(first.finish())).toBe('conflict')
    expect(await refusal(first.abandon())).toBe('conflict')
    await second.finish()
    expect(await seenIn(second.store)).toEqual(await seenIn(storage.store))
    for (const { store } of [first, second]) await store.close()
  })

  test('taken while messages are deposited holds each of them whole or not at all', async () => {
    const { keep } = await clinic(storage.store, 'South Clinic', 'bea@example.com')
    let isDone = false
    const depositing = (async () => {
      for (let count = 0; !isDone; count++) await keep({}, { ...CONTENT, subject: `Result ${count}` })
    })()
    const contents = await backedUp()
    isDone = true
    await depositing
    const restoring = await restore(emptyOptions(), plan(contents))
    const { size } = await restoring.store.read(tx => tx.trail.head())
    expect(size).toBe(contents.entries)
    await restoring.store.close()
  })

  test('goes on to one folder when the other cannot be written, and says so', async () => {
    await mkdir(file('bak_3-data'))
    await writeFile(file(`bak_3-data/${DATA_FILE}`), 'something else')
    const contents = await backedUp('bak_3')
    expect(contents.failures).toEqual([{ folder: file('bak_3-data'), reason: expect.stringContaining('EEXIST') }])
    expect(await readdir(file('bak_3-data'))).not.toContain(MANIFEST_FILE)
    expect(await readdir(file('bak_3-second'))).toContain(MANIFEST_FILE)
  })

  test.each([
    ['keys', ['keys'], ['data', 'second'], KEYS_FILE],
    ['data', ['data', 'second'], ['keys'], DATA_FILE],
  ])('%s that no folder took leave no backup anywhere, and each folder is told', async (_, full, others, name) => {
    for (const half of full) {
      await mkdir(file(`bak_4-${half}`))
      await writeFile(file(`bak_4-${half}/${name}`), 'something else')
    }
    const { failures } = await backedUp('bak_4')
    const folders = [...full, ...others].map(half => file(`bak_4-${half}`))
    expect(failures.map(({ folder }) => folder)).toEqual(folders)
    for (const folder of folders) expect(await readdir(folder)).not.toContain(MANIFEST_FILE)
  })

  async function isEmpty(target: { url: string }): Promise<boolean> {
    const engine = await openSqlite(target.url.slice('sqlite:'.length))
    const tables = await engine.read(db => engine.dialect.tables(db))
    await engine.close()
    return tables.length === 0
  }
})
