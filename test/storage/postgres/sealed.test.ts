import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { flips, KEYS, keyOf, type Row } from '../intruder.ts'
import { clinic, move, refusal } from '../kept.ts'
import { CANARIES, wholeStory } from '../story.ts'

/**
 * What is sealed and authenticated does not depend on the engine, and is tried out in full on SQLite (tampering, put-back). Here: that
 * bytes, integers and absent values come back from PostgreSQL exactly as they were sealed, in every table.
 */
describe('a PostgreSQL database that somebody else has written to', () => {
  let storage: TemporaryStorage
  let intruder: pg.Client
  beforeEach(async () => {
    storage = await temporaryStorage({ engine: 'postgres' })
    intruder = new pg.Client({ connectionString: storage.url, types: { getTypeParser } })
    await intruder.connect()
    // Neither triggers nor references hold back who owns the server.
    await intruder.query('set session_replication_role = replica')
  })
  afterEach(async () => {
    await intruder.end()
    await storage.remove()
  })

  const rows = async (table: string): Promise<Row[]> => (await intruder.query<Row>(`select * from ${table}`)).rows
  const set = (table: string, row: Row, columns: Row) => {
    const key = keyOf(table, row)
    const names = Object.keys(columns).map((name, at) => `${name} = $${at + 1}`)
    const found = Object.keys(key).map((name, at) => `${name} = $${names.length + at + 1}`)
    return intruder.query(`update ${table} set ${names.join()} where ${found.join(' and ')}`, [
      ...Object.values(columns),
      ...Object.values(key),
    ])
  }

  test('is refused for a change in any table that is sealed or authenticated', async () => {
    const { readAll } = await wholeStory(storage.store)
    const before = await readAll()
    for (const table of Object.keys(KEYS).filter(name => name !== 'signing_keys')) {
      const found = (await rows(table)).filter(
        row => row.organization !== 'portal' && !String(row.owner).startsWith('key_') && row.number !== 1,
      )
      const row = found.at(-1)
      if (row === undefined) continue
      const [column, value] = Object.entries(row).findLast(([, one]) => Buffer.isBuffer(one))!
      await set(table, row, { [column]: flips(value as Buffer).at(-1) })
      expect.soft(['tampered', 'not_found'], `${table}.${column}`).toContain(await refusal(readAll()).catch(() => 'unnoticed'))
      await set(table, row, { [column]: value })
    }
    expect(await readAll()).toEqual(before)
  }, 60_000)

  test('is refused where an older copy of a message was put back', async () => {
    const { keep } = await clinic(storage.store)
    const { id } = await keep()
    const [older] = await rows('messages')
    await storage.store.transaction(tx => move(tx, id, ['waiting'], 'retracted'))
    await set('messages', older!, older!)
    expect(await refusal(storage.store.read(tx => tx.messages.find(id)))).toBe('tampered')
  })

  test('shows nothing of what was sealed, in any table', async () => {
    await wholeStory(storage.store)
    const { rows: tables } = await intruder.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    )
    const dump: string[] = []
    for (const { name } of tables)
      dump.push(
        ...(await rows(name)).map(row =>
          Object.values(row)
            .map(value => (Buffer.isBuffer(value) ? value.toString('latin1') : value))
            .join('|'),
        ),
      )
    const whole = dump.join('\n')
    expect(Object.values(CANARIES).filter(word => whole.includes(word))).toEqual([])
    expect(whole).toContain('msg_')
  })

  test('is kept by the database itself from changing the trail', async () => {
    await (await clinic(storage.store)).keep()
    await intruder.query('set session_replication_role = default')
    for (const statement of ['update trail_entries set at = 0', 'delete from trail_entries', 'truncate trail_entries'])
      await expect(intruder.query(statement)).rejects.toThrow('append-only')
  })
})

const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (type: number, format?: 'text' | 'binary') =>
  type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format as 'text')
