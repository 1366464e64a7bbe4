import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { testServer } from '../../support/postgres-database.ts'
import { type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { clinic, move, organizationNamed } from '../kept.ts'

/** Counts how many of the keys that a message has now lie in the file of their table. */
async function keysOf(client: pg.Client, message: string): Promise<() => Promise<number>> {
  const { rows } = await client.query<{ wrapped: Buffer }>(
    'select wrapped from data_keys join sealed_parts on data_key = number where owner = $1',
    [message],
  )
  return async () => {
    await client.query('checkpoint')
    const at = await client.query<{ path: string }>("select pg_relation_filepath('data_keys') as path")
    const file = await readFile(join((await testServer()).directory, at.rows[0]!.path))
    return rows.filter(({ wrapped }) => file.includes(wrapped)).length
  }
}

/** Whatever is owed is tried again with the next commit. */
const purgedByNextCommits = ({ store }: TemporaryStorage, left: () => Promise<unknown>) => {
  const leftAfterOne = async () => {
    await store.transaction(tx => tx.organizations.list())
    return left()
  }
  return expect.poll(leftAfterOne, { timeout: 20_000 }).toBe(0)
}

test('a purge waits for whoever writes elsewhere on the server, as what they could see is kept', async () => {
  const storage = await temporaryStorage({ engine: 'postgres' })
  const elsewhere = await temporaryStorage({ engine: 'postgres' })
  const { keep } = await clinic(storage.store)
  const message = await keep()
  const neighbour = new pg.Client(elsewhere.url)
  const client = new pg.Client(storage.url)
  for (const one of [neighbour, client]) await one.connect()
  await neighbour.query('begin; select pg_current_xact_id()')
  await storage.reopen() // which has purged nothing yet, so that it need not rest
  const left = await keysOf(client, message.id)
  await storage.store.transaction(tx => move(tx, message.id, ['waiting'], 'disposed'))
  await neighbour.query('commit')
  await purgedByNextCommits(storage, left)
  for (const one of [neighbour, client]) await one.end()
  for (const one of [storage, elsewhere]) await one.remove()
})

test('what is destroyed while a purge is under way is purged as well, as that one had gone past it', async () => {
  const storage = await temporaryStorage({ engine: 'postgres' })
  const { keep } = await clinic(storage.store)
  const [first, second] = [await keep(), await keep()]
  const [client, operator] = [new pg.Client(storage.url), new pg.Client(storage.url)]
  for (const one of [client, operator]) await one.connect()
  const left = await keysOf(operator, second.id)
  const counted = async (question: string) => (await operator.query(question)).rowCount
  const dispose = (id: string) => storage.store.transaction(tx => move(tx, id, ['waiting'], 'disposed'))

  await storage.reopen() // which has purged nothing yet, so that it need not rest
  await client.query('begin; lock table organization_keys in access share mode')
  const disposed = [dispose(first.id)]
  const waits = "select from pg_stat_activity where wait_event_type = 'Lock' and query like 'vacuum (full) organization_keys%'"
  await expect.poll(() => counted(waits), { interval: 5, timeout: 10_000 }).toBe(1)
  disposed.push(dispose(second.id))
  const gone = `select from messages where id = '${second.id}' and state = 'disposed'`
  await expect.poll(() => counted(gone), { interval: 5, timeout: 10_000 }).toBe(1)
  await client.query('commit')
  await Promise.all(disposed)

  const { now } = performance
  vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 61_000) // it has rested
  await purgedByNextCommits(storage, left)
  vi.restoreAllMocks()
  for (const one of [client, operator]) await one.end()
  await storage.remove()
})

test('after disposal the files of the table hold no key that was destroyed', async () => {
  const storage = await temporaryStorage({ engine: 'postgres' })
  const { keep } = await clinic(storage.store)
  const client = new pg.Client(storage.url)
  await client.connect()
  const messages = []
  for (let number = 0; number < 5; number++) messages.push(await keep())
  const keysOf = async (owner: string) =>
    (
      await client.query<{ wrapped: Buffer }>(
        'select wrapped from data_keys join sealed_parts on data_key = number where owner = $1',
        [owner],
      )
    ).rows.map(({ wrapped }) => wrapped)
  const inFile = async (keys: Buffer[]) => {
    await client.query('checkpoint')
    const { rows } = await client.query<{ path: string }>("select pg_relation_filepath('data_keys') as path")
    const file = await readFile(join((await testServer()).directory, rows[0]!.path))
    return keys.filter(key => file.includes(key)).length
  }
  const [first, ...others] = messages
  const destroyed = await keysOf(first!.id)
  const kept = []
  for (const { id } of others) kept.push(...(await keysOf(id)))
  expect(destroyed.length).toBeGreaterThan(0)
  expect(await inFile(destroyed)).toBe(destroyed.length)

  await storage.reopen()
  await storage.store.transaction(tx => move(tx, first!.id, ['waiting'], 'disposed'))
  // While somebody reads an older state, if only the server's own collector of statistics, the next commit purges.
  await expect
    .poll(
      async () => {
        const left = await inFile(destroyed)
        if (left > 0) await storage.store.transaction(tx => tx.organizations.add(organizationNamed('North Clinic')))
        return left
      },
      { timeout: 20_000 },
    )
    .toBe(0)
  expect(await inFile(kept)).toBe(kept.length)
  await client.end()
  await storage.remove()
})
