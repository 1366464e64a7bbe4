import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../../server/store.ts'
import { openStorage } from '../../../storage/index.ts'
import { testServer } from '../../support/postgres-database.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.ts'
import { NEW_YEAR, ROOT_KEY, type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { clinic, organizationNamed, refusal, tell } from '../kept.ts'

const open = (url: string, more: object = {}) =>
  openStorage({ url, dataDirectory: '/', rootKey: ROOT_KEY, now: NEW_YEAR, ...more })

/** Somebody else at the same database. */
async function otherClient(url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  client.on('error', () => undefined) // it may be killed with all others
  await client.connect()
  return client
}

const names = async (store: Store) => (await store.read(tx => tx.organizations.list())).map(({ name }) => name)
const add = (store: Store, name: string) => store.transaction(tx => tx.organizations.add(organizationNamed(name)))

describe('a server that is killed in the middle of work', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.remove())

  test('has everything it acknowledged when it is back, in one order, and the portal goes on by itself', async () => {
    const store = await open(server.url)
    const { organization } = await clinic(store)
    const acknowledged: string[] = []
    const refusals = new Set<unknown>()
    let isOver = false
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let number = 0; !isOver; number++) {
        const id = `msg_${writer}_${number}`
        await store
          .transaction(tx => tell(tx, { id, organization: organization.id }, null))
          .then(
            () => acknowledged.push(id),
            (error: { code?: string }) => refusals.add(error.code),
          )
      }
    })
    for (let round = 1; round <= 3; round++) {
      const enough = acknowledged.length + 30
      while (acknowledged.length < enough) await pause(5)
      await server.kill()
      expect(await store.health()).toEqual({ answers: false, migrated: false })
      await server.start()
    }
    const afterwards = acknowledged.length + 10
    while (acknowledged.length < afterwards) await pause(5)
    isOver = true
    await Promise.all(writers)

    expect([...refusals]).toEqual(['unavailable'])
    const entries = await store.read(tx => tx.trail.entries(0, 1_000_000))
    expect(entries.map(({ index }) => index)).toEqual(entries.map((_, index) => index))
    expect((await store.read(tx => tx.trail.head())).size).toBe(entries.length)
    const kept = entries.map(({ object }) => object)
    expect(kept).toEqual(expect.arrayContaining(acknowledged))
    expect(new Set(kept).size).toBe(kept.length)
    await store.close()
  })

  // Where an operator ends the wait for a standby, the server answers COMMIT all the same, with a warning.
  test('acknowledges nothing that its standby has not confirmed', async () => {
    const store = await open(server.url)
    const operator = await otherClient(server.url)
    await operator.query("alter system set synchronous_standby_names = 'one_that_is_away'")
    await operator.query('select pg_reload_conf()')
    const waits = "from pg_stat_activity where wait_event = 'SyncRep'"
    const isWaiting = async () => (await operator.query(`select pid ${waits}`)).rowCount === 1
    const attempt = () => refusal(add(store, 'North Clinic')).catch(() => 'kept')
    let writing = attempt()
    // The server takes the setting up in its own time.
    while (!(await isWaiting())) if ((await Promise.race([writing, pause(20)])) === 'kept') writing = attempt()
    await operator.query(`select pg_cancel_backend(pid) ${waits}`)
    expect(await writing).toBe('unavailable')
    await operator.query('alter system reset synchronous_standby_names')
    await operator.query('select pg_reload_conf()')
    await operator.end()
    await add(store, 'South Clinic')
    expect(await names(store)).toContain('South Clinic')
    await store.close()
  })

  test('is unavailable to a portal that starts, and told so without its password', async () => {
    const { port, password } = new URL(server.url)
    await server.kill()
    const error = await open(server.url).catch((reason: unknown) => reason)
    await server.start()
    expect(error).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 })
    expect(String(error)).toContain('ECONNREFUSED')
    expect(allOf(error)).toContain(port)
    expect(allOf(error)).not.toContain(password)
  })
})

describe('a database that others use, too,', () => {
  let storage: TemporaryStorage
  let other: pg.Client
  beforeEach(async () => {
    storage = await temporaryStorage({ engine: 'postgres' })
    other = await otherClient(storage.url)
    return async () => {
      await other.end()
      await storage.remove()
    }
  })

  test('is waited for while another process writes, and read meanwhile', async () => {
    await other.query('begin; select from trail_head for update')
    const waiting = add(storage.store, 'North Clinic')
    expect(await names(storage.store)).toEqual([])
    await other.query('commit')
    await waiting
    expect(await names(storage.store)).toEqual(['North Clinic'])
  })

  test('is busy when another process writes for too long, for all who wait at once, and serves them afterwards', async () => {
    const store = await open(storage.url, { patienceMilliseconds: 200 })
    await other.query('begin; select from trail_head for update')
    const outcomes = await Promise.allSettled([add(store, 'One'), add(store, 'Two'), add(store, 'Three')])
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'busy', retryAfterSeconds: 5 } })
    await other.query('rollback')
    await add(store, 'Four')
    expect(await names(store)).toEqual(['Four'])
    await store.close()
  })

  test('is busy when no connection to read becomes free, and is read again when one does', async () => {
    const store = await open(storage.url, { patienceMilliseconds: 200 })
    const eight = () => Promise.allSettled(Array.from({ length: 8 }, () => names(store)))
    // All connections are made first: where the machine has much else to do, that alone may take longer than the patience.
    while ((await eight()).some(({ status }) => status === 'rejected'));
    await other.query('begin; lock table organizations in access exclusive mode')
    const stuck = eight()
    expect(await refusal(names(store))).toBe('busy')
    await other.query('rollback')
    expect((await stuck).map(({ status }) => status)).toEqual(Array(8).fill('fulfilled'))
    expect(await names(store)).toEqual([])
    await store.close()
  })

  test('takes the lock from a process that was paused inside a transaction', async () => {
    // Sent as the portal sends it, by somebody who then says nothing more.
    await other.query("set idle_in_transaction_session_timeout = '300ms'")
    await other.query('begin; select from trail_head for update')
    await add(storage.store, 'North Clinic')
    expect(await names(storage.store)).toEqual(['North Clinic'])
    await expect(other.query('commit')).rejects.toThrow()
  })

  test('undoes the work of a connection that an operator ends, says so, and takes the next', async () => {
    await add(storage.store, 'North Clinic')
    await other.query(
      'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    // What was idle is replaced without a word.
    await add(storage.store, 'South Clinic')
    const isEnded = Promise.withResolvers<unknown>()
    // In this database alone: other tests write on the same server.
    const ending = () =>
      other
        .query(
          `select pg_terminate_backend(pid, 5000) from pg_stat_activity
            where state like 'idle in transaction%' and datname = current_database()`,
        )
        .then(isEnded.resolve, isEnded.reject)
    const terminated = storage.store.transaction(async tx => {
      await tx.organizations.add(organizationNamed('East Clinic'))
      await tx.organizations.list()
      await ending()
      await tx.organizations.list()
    })
    // Either the guard against waiting for something else, or the lost connection: nothing was kept.
    await expect(terminated).rejects.toThrow()
    await isEnded.promise
    await add(storage.store, 'West Clinic')
    expect((await names(storage.store)).sort()).toEqual(['North Clinic', 'South Clinic', 'West Clinic'])
  })

  test.each([
    ['40001', 'busy'],
    ['40P01', 'busy'],
    ['53100', 'unavailable'],
    ['53300', 'busy'],
    ['57P01', 'unavailable'],
    ['58030', 'unavailable'],
    ['25006', 'unavailable'],
    ['42501', 'misconfigured'],
    ['42P05', 'misconfigured'],
    ['26000', 'misconfigured'],
  ])('that answers %s to a write is told of as %s, and keeps nothing of it', async (state, code) => {
    await other.query(`create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'on purpose' using errcode = '${state}'; end $$`)
    await other.query('create trigger refuse before insert on organizations for each row execute function refuse()')
    const [one, two] = await Promise.allSettled([
      add(storage.store, 'North Clinic'),
      storage.store.transaction(tx => tell(tx, { id: 'msg_1', organization: 'org_1' }, null)),
    ])
    await other.query('drop trigger refuse on organizations; drop function refuse')
    expect(one).toMatchObject({ status: 'rejected', reason: { code } })
    // Who shared its commit lost nothing.
    expect(two!.status).toBe('fulfilled')
    expect(await names(storage.store)).toEqual([])
    await add(storage.store, 'South Clinic')
  })

  test('that refuses at the commit itself refuses all who shared it, and serves the next', async () => {
    await other.query('create table mother (id integer primary key)')
    await other.query('create table child (mother integer references mother (id) deferrable initially deferred)')
    await other.query(`create function orphan() returns trigger language plpgsql as
      $$ begin insert into child values (1); return new; end $$`)
    await other.query(
      'create trigger orphan after insert on organizations for each row when (new.created_at = 7) execute function orphan()',
    )
    const addAt = (createdAt: number) =>
      storage.store.transaction(tx => tx.organizations.add({ ...organizationNamed('North Clinic'), createdAt }))
    const together = await Promise.allSettled([addAt(1), addAt(7), addAt(1)])
    await other.query('drop trigger orphan on organizations; drop function orphan; drop table child; drop table mother')
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await names(storage.store)).toEqual([])
    await addAt(1)
    expect(await names(storage.store)).toHaveLength(1)
  })
})

test('a server that only reads says so, and writes again when it may', async () => {
  const storage = await temporaryStorage({ engine: 'postgres' })
  const { url } = await testServer()
  const admin = await otherClient(url)
  const database = new URL(storage.url).pathname.slice(1)
  await admin.query(`alter database ${database} set default_transaction_read_only = on`)
  await storage.reopen().catch(() => undefined)
  expect(await refusal(add(storage.store, 'North Clinic'))).toBe('unavailable')
  await admin.query(`alter database ${database} reset default_transaction_read_only`)
  await admin.end()
  await storage.reopen()
  await add(storage.store, 'North Clinic')
  await storage.remove()
})

/** Everything a log could print of an error, its causes included. */
function allOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = Object.getOwnPropertyNames(error).map(name => `${name}: ${String(Reflect.get(error, name))}`)
  return [...own, JSON.stringify(error), error.cause === undefined ? '' : allOf(error.cause)].join('\n')
}
