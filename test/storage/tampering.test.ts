import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { NEW_YEAR, type TemporaryStorage, temporaryStorage } from '../support/storage.ts'
import { flips, Intruder, KEYS, keyOf, type Row } from './intruder.ts'
import { CONTENT, clinic, move, refusal, wholeContent } from './kept.ts'
import { CANARIES, wholeStory } from './story.ts'

const CHUNK = 64 * 1024

describe('a database that somebody else has written to', () => {
  let storage: TemporaryStorage
  let intruder: Intruder
  beforeEach(async () => {
    storage = await temporaryStorage()
    intruder = new Intruder(storage.file)
  })
  afterEach(async () => {
    intruder.close()
    await storage.remove()
  })

  /** Sealed parts that are opened all the time; the signing key's is opened at start (see the tests of opening). */
  const sealedParts = () => intruder.rows('sealed_parts').filter(row => !String(row.owner).startsWith('key_'))
  const dataKeyOf = (part: Row) => intruder.rows('data_keys').find(row => row.number === part.data_key)!
  const find = (id: string) => storage.store.read(tx => tx.messages.find(id))

  test('is refused for a flipped bit in any region of any sealed column', async () => {
    const { readAll } = await wholeStory(storage.store)
    const before = await readAll()
    const columns = [
      ...sealedParts().map(row => ({ table: 'sealed_parts', row, column: 'sealed' })),
      ...sealedParts().map(row => ({ table: 'data_keys', row: dataKeyOf(row), column: 'wrapped' })),
      ...intruder.rows('attachment_chunks').map(row => ({ table: 'attachment_chunks', row, column: 'sealed' })),
    ]
    expect(columns.length).toBeGreaterThan(50)
    for (const { table, row, column } of columns) {
      for (const changed of flips(row[column] as Buffer)) {
        intruder.set(table, keyOf(table, row), { [column]: changed })
        expect.soft(await refusal(readAll()), `${table}.${column} ${row.part ?? row.number}`).toBe('tampered')
      }
      intruder.set(table, keyOf(table, row), { [column]: row[column] })
    }
    expect(await readAll()).toEqual(before)
  }, 120_000)

  test('is refused for a change in any column of any authenticated row', async () => {
    const { readAll } = await wholeStory(storage.store)
    const other = (value: unknown) => {
      if (typeof value === 'number') return value + 1_000
      return Buffer.isBuffer(value) ? flips(value).at(-1) : `${value}x`
    }
    const authenticated = Object.keys(KEYS).filter(
      table => !['sealed_parts', 'data_keys', 'signing_keys', 'attachment_chunks'].includes(table),
    )
    for (const table of authenticated) {
      const row = intruder.rows(table).findLast(({ organization }) => organization !== 'portal')!
      for (const [column, value] of Object.entries(row)) {
        if (value === null || KEYS[table]!.includes(column)) continue
        intruder.set(table, keyOf(table, row), { [column]: other(value) })
        const outcome = await refusal(readAll()).catch(() => 'nothing noticed')
        // An organization whose keys are hidden is an organization that is not there.
        expect.soft(['tampered', 'not_found'], `${table}.${column}`).toContain(outcome)
        intruder.set(table, keyOf(table, row), { [column]: value })
      }
    }
    await readAll()
  }, 60_000)

  test('is refused when sealed values change places: rows, parts, recipients, organizations', async () => {
    const { readAll, organization } = await wholeStory(storage.store)
    await wholeStory(storage.store, ' again')
    const all = sealedParts()
    const mine = all.filter(row => row.organization === organization.id)
    const elsewhere = (row: Row) => all.filter(each => each.part === row.part && each.organization !== organization.id)
    const swap = (one: Row, other: Row) => {
      const values = ({ data_key, sealed }: Row) => ({ data_key, sealed })
      intruder.set('sealed_parts', keyOf('sealed_parts', one), values(other))
      intruder.set('sealed_parts', keyOf('sealed_parts', other), values(one))
    }
    for (const [index, one] of mine.entries()) {
      for (const other of [...mine.slice(index + 1), ...elsewhere(one)]) {
        swap(one, other)
        expect.soft(await refusal(readAll()), `${one.owner} ${one.part} with ${other.owner} ${other.part}`).toBe('tampered')
        swap(one, one)
        swap(other, other)
      }
    }
    await readAll()
  }, 120_000)

  test('is refused when only the wrapped keys change places, or the organizations’ own keys do', async () => {
    const { readAll, organization } = await wholeStory(storage.store)
    await wholeStory(storage.store, ' again')
    const keys = sealedParts()
      .filter(row => row.organization === organization.id)
      .map(dataKeyOf)
    for (const [index, key] of keys.entries()) {
      const { number: _, ...next } = keys[(index + 1) % keys.length]!
      intruder.set('data_keys', keyOf('data_keys', key), next)
      expect.soft(await refusal(readAll())).toBe('tampered')
      intruder.set('data_keys', keyOf('data_keys', key), key)
    }
    await readAll()
    const wrapping = intruder.rows('organization_keys').filter(row => row.purpose === 'wrapping')
    const own = wrapping.find(row => row.organization === organization.id)!
    for (const foreign of wrapping.filter(row => row !== own)) {
      const { id: _, ...values } = foreign
      intruder.set('organization_keys', keyOf('organization_keys', own), { ...values, organization: own.organization })
      expect.soft(await refusal(readAll())).toBe('tampered')
    }
  })

  test('is refused when a file’s chunks are cut, extended, reordered, or another’s', async () => {
    const { keep, attach } = await clinic(storage.store)
    const message = await keep()
    const [one, two] = [await attach(message, Buffer.alloc(2 * CHUNK, 1)), await attach(message, Buffer.alloc(2 * CHUNK, 2))]
    const chunks = intruder.rows('attachment_chunks').filter(row => row.attachment === one.id)
    const foreign = intruder.rows('attachment_chunks').filter(row => row.attachment === two.id)
    const put = (number: number, sealed: unknown) => intruder.set('attachment_chunks', { attachment: one.id, number }, { sealed })
    const refused = async () => expect(await refusal(wholeContent(storage.store, one))).toBe('tampered')

    put(0, chunks[1]!.sealed)
    await refused()
    put(0, foreign[0]!.sealed)
    await refused()
    put(0, chunks[0]!.sealed)
    intruder.run('insert into attachment_chunks values (?, 2, ?)', one.id, chunks[1]!.sealed)
    await refused()
    intruder.run('delete from attachment_chunks where attachment = ? and number >= 1', one.id)
    await refused()
  })

  test('gives no byte of a chunk that does not verify', async () => {
    const { keep, attach } = await clinic(storage.store)
    const attachment = await attach(await keep(), Buffer.alloc(3 * CHUNK, 7))
    const middle = intruder.rows('attachment_chunks')[1]!
    intruder.set('attachment_chunks', keyOf('attachment_chunks', middle), { sealed: flips(middle.sealed as Buffer)[2] })
    let left = 0
    const reading = async () => {
      for await (const chunk of storage.store.attachmentContent(attachment)) left += chunk.length
    }
    expect(await refusal(reading())).toBe('tampered')
    // Chunks leave some at once: those before the wrong one may stay behind with it.
    expect(left).toBeLessThanOrEqual(CHUNK)
  })

  describe('when an older copy of a message is put back', () => {
    const withOlderCopy = async () => {
      const { keep, ada, deposit } = await clinic(storage.store)
      const message = await keep()
      const [older] = intruder.rows('messages')
      await storage.store.transaction(tx => move(tx, message.id, ['waiting'], 'retracted'))
      intruder.set('messages', { id: message.id }, older!)
      return { message, ada, deposit }
    }

    test('notices, however it is looked for', async () => {
      const { message, ada, deposit } = await withOlderCopy()
      expect(await refusal(find(message.id))).toBe('tampered')
      for (const look of [
        () => storage.store.read(tx => tx.messages.findMany([message.id])),
        () => storage.store.read(tx => tx.messages.findByLocator(message.locator!)),
        () => storage.store.read(tx => tx.messages.ofDeposits([deposit.id])),
        () => storage.store.read(tx => tx.messages.ofThread(deposit.thread)),
        () => storage.store.read(tx => tx.messages.listForRecipient(ada.id, { limit: 9 })),
      ]) {
        expect.soft(await refusal(look())).toBe('tampered')
      }
    })

    test('moves it no further, so that it is never given a valid mac', async () => {
      const { message } = await withOlderCopy()
      expect(await refusal(storage.store.transaction(tx => move(tx, message.id, ['waiting'], 'opened')))).toBe('tampered')
      const extending = storage.store.transaction(tx => tx.messages.extend(message.id, ['waiting'], 'waiting', NEW_YEAR))
      expect(await refusal(extending)).toBe('tampered')
    })
  })

  test('finds no message where its trail was cut', async () => {
    const { keep } = await clinic(storage.store)
    const { id } = await keep()
    intruder.run('delete from trail_entries where object = ?', id)
    expect(await refusal(find(id))).toBe('tampered')
  })

  test('lets nobody in with a session that was made up', async () => {
    const { tokens, person, readAll } = await wholeStory(storage.store)
    const [session] = intruder.rows('sessions')
    for (const change of [
      { level: 'full' },
      { person: 'rcp_bo' },
      { last_seen_at: NEW_YEAR * 2 },
      { created_at: NEW_YEAR * 2 },
    ]) {
      intruder.set('sessions', { token_hash: tokens.session }, change)
      expect.soft(await refusal(storage.store.read(tx => tx.signIn.sessions.find(tokens.session)))).toBe('tampered')
      intruder.set('sessions', { token_hash: tokens.session }, session!)
    }
    await readAll()
    intruder.run(`insert into sessions select 'made up', 'ses_x', person_kind, person, organization, 'full', method,
      created_at, signed_in_at, last_seen_at, mac from sessions`)
    expect(await refusal(storage.store.read(tx => tx.signIn.sessions.find('made up')))).toBe('tampered')
    expect(await refusal(storage.store.read(tx => tx.signIn.sessions.ofPerson(person)))).toBe('tampered')
  })

  test('shows nobody what another looked for', async () => {
    const [one, other] = [await wholeStory(storage.store), await wholeStory(storage.store, ' again')]
    const others = intruder.rows('sessions').find(({ token_hash }) => token_hash === other.tokens.session)!
    const { handle, person, organization } = others
    const looked = (hash: string) => storage.store.read(tx => tx.signIn.sessions.keptSearch(hash))
    expect(await looked(other.tokens.session)).toBe(`${CANARIES.search} again`)
    intruder.run('delete from sessions where token_hash = ?', other.tokens.session)
    intruder.set('sessions', { token_hash: one.tokens.session }, { handle, person, organization })
    expect(await refusal(looked(one.tokens.session))).toBe('tampered')
  })

  test('is kept by the database itself from changing the trail', async () => {
    const { file, store, remove } = await temporaryStorage()
    await (await clinic(store)).keep({}, CONTENT)
    const clumsy = new Intruder(file, { keepTriggers: true })
    expect(() => clumsy.run('update trail_entries set at = 0')).toThrow('append-only')
    expect(() => clumsy.run('delete from trail_entries')).toThrow('append-only')
    clumsy.close()
    await remove()
  })
})
