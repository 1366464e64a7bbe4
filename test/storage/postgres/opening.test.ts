import { sql } from 'kysely'
import pg from 'pg'
import { beforeEach, describe, expect, test } from 'vitest'
import { openPostgres } from '../../../storage/engines/postgres.ts'
import { connectionOptions } from '../../../storage/engines/postgres-settings.ts'
import { migrate, openStorage } from '../../../storage/index.ts'
import { emptyDatabase, type TemporaryDatabase } from '../../support/postgres-database.ts'
import { NEW_YEAR, OTHER_ROOT_KEY, ROOT_KEY } from '../../support/storage.ts'
import { clinic, move, organizationNamed, refusal } from '../kept.ts'

describe('opening a PostgreSQL database', () => {
  let database: TemporaryDatabase
  beforeEach(async () => {
    database = await emptyDatabase()
    return () => database.remove()
  })

  const options = (more: object = {}) => ({ url: database.url, dataDirectory: '/', rootKey: ROOT_KEY, now: NEW_YEAR, ...more })
  const opened = (more: object = {}) => openStorage(options(more))
  const run = async (statement: string) => {
    const client = new pg.Client(database.url)
    await client.connect()
    return client.query<Record<string, unknown>>(statement).finally(() => client.end())
  }
  const setting = (name: string, value: string) =>
    run(`alter database ${new URL(database.url).pathname.slice(1)} set ${name} = ${value}`)

  test('makes tables and keys, by as many processes at once as there are', async () => {
    const stores = await Promise.all([opened(), opened(), opened(), opened()])
    const keys = new Set(stores.map(store => Buffer.from(store.signer.publicKey).toString('hex')))
    expect(keys.size).toBe(1)
    for (const store of stores) await store.close()
    expect(await migrate(options())).toEqual([])
  })

  test('refuses a wrong root key', async () => {
    await (await opened()).close()
    expect(await refusal(opened({ rootKey: OTHER_ROOT_KEY }))).toBe('misconfigured')
  })

  test('refuses a schema that was not migrated when told not to, that is newer, or that is somebody else’s', async () => {
    expect(await refusal(opened({ migrate: false }))).toBe('misconfigured')
    await migrate(options())
    await (await opened({ migrate: false })).close()
    await run("insert into migrations values ('9999-from-the-future', 1)")
    expect(await refusal(opened())).toBe('misconfigured')
    await run('drop table migrations')
    expect(await refusal(opened())).toBe('misconfigured')
  })

  test('keeps its tables in the first schema of the search path, and sees no other', async () => {
    await run('create table recipes (name text); create schema letters')
    const url = `${database.url}?options=${encodeURIComponent('-c search_path=letters')}`
    await (await opened({ url })).close()
    const { rows } = await run("select distinct schemaname as name from pg_tables where tablename in ('messages', 'recipes')")
    expect(rows.map(({ name }) => name).sort()).toEqual(['letters', 'public'])
    expect(await refusal(opened())).toBe('misconfigured')
  })

  test('refuses a server that answers before anything is on a disk', async () => {
    await setting('synchronous_commit', 'off')
    const refused = await opened().catch((error: Error) => error)
    expect(refused).toMatchObject({ code: 'misconfigured', message: expect.stringContaining('synchronous_commit is off') })
    await setting('synchronous_commit', 'remote_apply')
    await (await opened()).close()
  })

  test.each([
    ['fsync off', { fsync: 'off' }, 'misconfigured', 'fsync is off'],
    ['full_page_writes off', { full_page_writes: 'off' }, 'misconfigured', 'full_page_writes is off'],
    ['data_sync_retry on', { data_sync_retry: 'on' }, 'misconfigured', 'data_sync_retry is on'],
    ['a version that is too old', { server_version_num: '130012' }, 'misconfigured', 'older than version 14'],
    ['only what another has written', { standby: true }, 'unavailable', 'a standby'],
  ])('refuses a server with %s, whichever connection learns it', async (_what, change, code, sentence) => {
    const { onConnect } = connectionOptions(database.url, 1_000, 1)
    const client = new pg.Client(database.url)
    await client.connect()
    // The server of the tests is not started anew for each: what it answers is changed on the way.
    const ask = client.query.bind(client) as (...given: unknown[]) => Promise<pg.QueryResult<object>>
    const query = async (...given: unknown[]) => {
      const result = await ask(...given)
      const isAbout = (row: object) => Object.keys(change).every(name => name in row)
      return Array.isArray(result)
        ? result
        : { ...result, rows: result.rows.map(row => (isAbout(row) ? { ...row, ...change } : row)) }
    }
    await onConnect!(client)
    const asked = Object.assign(Object.create(client) as pg.Client, { query })
    await expect(onConnect!(asked)).rejects.toMatchObject({ code, message: expect.stringContaining(sentence) })
    await client.end()
  })

  test.each([
    ['synchronous_commit', 'off', 'misconfigured'],
    ['session_replication_role', 'replica', 'misconfigured'],
    ['zero_damaged_pages', 'on', 'misconfigured'],
    ['default_transaction_read_only', 'on', 'unavailable'],
  ])('refuses %s = %s, whether the database is set so or the address says so', async (name, value, code) => {
    const url = `${database.url}?options=${encodeURIComponent(`-c ${name}=${value}`)}`
    const refused = await opened({ url }).catch((error: Error) => error)
    expect(refused).toMatchObject({ code, message: expect.stringContaining(name) })
    await setting(name, value)
    expect(await refusal(opened())).toBe(code)
  })

  test.each([
    '?query_timeout=1',
    '?statement_timeout=1',
    '?lock_timeout=1',
    '?idle_in_transaction_session_timeout=0',
    '?binary=true',
    '?replication=database',
    '?client_encoding=LATIN1',
    '?options=-c%20statement_timeout%3D0',
    '?options=-cgeqo%3Doff%20-cdefault_transaction_isolation%3Dserializable',
    '?options=--idle-in-transaction-session-timeout%3D0',
  ])('refuses %s, which it sets itself', async search => {
    const refused = await opened({ url: database.url + search }).catch((error: Error) => error)
    expect(refused).toMatchObject({ code: 'misconfigured', message: expect.stringContaining('which the portal sets itself') })
  })

  test('takes what else an address may say', async () => {
    const url = `${database.url}?application_name=clinic&sslmode=disable&connect_timeout=5&options=${encodeURIComponent('-c geqo=off')}`
    await (await opened({ url })).close()
    const engine = openPostgres(url)
    const { rows } = await engine.read(db => sql`select current_setting('application_name') as name`.execute(db))
    expect(rows).toEqual([{ name: 'clinic' }])
    await engine.close()
  })

  test('gives every connection its settings, those to read too, whatever the database is set to', async () => {
    await migrate(options())
    await setting('statement_timeout', "'5s'")
    await setting('default_transaction_isolation', 'serializable')
    const [{ version }] = (await run("select current_setting('server_version_num')::int as version")).rows as [
      { version: number },
    ]
    const knowsTransactions = version >= 170_000
    if (knowsTransactions) await setting('transaction_timeout', "'5s'")
    const engine = openPostgres(database.url)
    for (const connection of ['write', 'read'] as const) {
      const names = [
        ...['application_name', 'statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_read_only'],
        ...['default_transaction_isolation', ...(knowsTransactions ? ['transaction_timeout'] : [])],
      ]
      const settings = await engine[connection](async db => {
        const values = []
        for (const name of names)
          values.push((await sql<{ value: string }>`select current_setting(${name}) as value`.execute(db)).rows[0]!.value)
        return values
      })
      const ours = ['restante', '30s', '3s', connection === 'read' ? 'on' : 'off', 'read committed']
      expect(settings).toEqual([...ours, ...(knowsTransactions ? ['0'] : [])])
    }
    await engine.close()
  })

  test('needs no rights but those of who owns the database', async () => {
    const name = new URL(database.url).pathname.slice(1)
    const role = `owner_of_${name}`
    await run(`create role ${role} login password 'of-the-owner' nosuperuser; alter database ${name} owner to ${role}`)
    const url = Object.assign(new URL(database.url), { username: role, password: 'of-the-owner' })
    const store = await opened({ url: url.href })
    const { keep } = await clinic(store)
    const { id } = await keep()
    await store.transaction(tx => move(tx, id, ['waiting'], 'disposed'))
    // Rewritten, so in another file than the one it was made in.
    const { rows } = await run("select pg_relation_filenode('data_keys') <> 'data_keys'::regclass::oid as purged")
    expect(rows).toEqual([{ purged: true }])
    await store.close()
    await run(`alter database ${name} owner to current_user; reassign owned by ${role} to current_user; drop role ${role}`)
  })

  test.each([
    ['a password that is wrong', (url: URL) => Object.assign(url, { password: 'wr0ng-secret' }), 'misconfigured'],
    ['a database that is not there', (url: URL) => Object.assign(url, { pathname: '/nowhere' }), 'misconfigured'],
    ['a port where nobody listens', (url: URL) => Object.assign(url, { port: '1' }), 'unavailable'],
    ['a host that is unknown', (url: URL) => Object.assign(url, { hostname: 'database.invalid' }), 'unavailable'],
    ['TLS where the server has none', (url: URL) => Object.assign(url, { search: '?sslmode=verify-full' }), 'unavailable'],
  ])('refuses %s, and quotes no password', async (_what, change, code) => {
    const url = change(new URL(database.url))
    const error = await opened({ url: url.href }).catch((refused: Error) => refused)
    expect(error).toMatchObject({ code })
    expect(JSON.stringify([error, String(error), String((error as Error).cause), (error as Error).stack])).not.toContain(
      url.password,
    )
  })

  test('refuses an address that is none, and quotes nothing of it', async () => {
    const error = await opened({ url: 'postgres://portal:s3cret@[half' }).catch((refused: Error) => refused)
    expect(error).toMatchObject({ code: 'misconfigured' })
    expect(JSON.stringify([error, String(error)])).not.toContain('s3cret')
  })

  test('orders text by its bytes, whatever language the server sorts by', async () => {
    const store = await opened()
    const names = ['a_b', 'a0', 'aB', 'ab', 'Ab']
    // The tests' own server sorts by a language; another that they are run on may not.
    const { rows } = await run(`select x from unnest(array['${names.join("','")}']) x order by x`)
    if (process.env.TEST_POSTGRES_URL === undefined) expect(rows.map(({ x }) => x)).not.toEqual([...names].sort())
    for (const name of names) await run(`insert into organizations values ('${name}', 1)`)
    const sorted = await run('select id from organizations order by id')
    expect(sorted.rows.map(({ id }) => id)).toEqual([...names].sort())
    await store.close()
  })

  test('a store that was closed takes nothing more, and can be closed again', async () => {
    const store = await opened()
    const crowd = Array.from({ length: 40 }, (_, number) =>
      store.transaction(tx => tx.organizations.add(organizationNamed(`Clinic ${number}`))),
    )
    await store.close()
    await Promise.all(crowd)
    await store.close()
    expect(await refusal(store.transaction(async () => 1))).toBe('unavailable')
    expect(await refusal(store.read(async () => 1))).toBe('unavailable')
    expect(await store.health()).toEqual({ answers: false, migrated: false })
    expect((await run('select count(*)::int as count from organizations')).rows).toEqual([{ count: 40 }])
  })
})
