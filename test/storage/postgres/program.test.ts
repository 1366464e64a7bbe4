import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { launchServer } from '../../support/launch.ts'
import { emptyDatabase } from '../../support/postgres-database.ts'

test('the whole program runs on PostgreSQL, outlives its connections, and tells its password to nobody', {
  timeout: 120_000,
}, async () => {
  const database = await emptyDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'restante-program-'))
  const file = join(folder, 'database-url')
  await writeFile(file, `${database.url}\n`)
  const server = await launchServer({ DATABASE_URL_FILE: file, LOG_LEVEL: 'debug' })
  const client = new pg.Client(database.url)
  await client.connect()

  const { id: organization } = await server.command<{ id: string }>('organization', 'create', '--name', 'North Clinic')
  const lab = ['--organization', organization, '--name', 'Laboratory']
  const { apiKey } = await server.command<{ apiKey: string }>('client', 'create', ...lab)
  const deposit = (key: string) =>
    fetch(`${server.origin}/api/v1/deposits`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({
        recipients: [{ email: 'ada@example.com', name: 'Ada Lopez' }],
        message: { subject: 'Result', text: 'Everything is fine.' },
      }),
    })
  const first = await deposit('one')
  expect(first.status).toBe(201)
  await client.query(
    'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  expect((await deposit('two')).status).toBe(201)
  expect(await (await deposit('one')).json()).toEqual(await first.json())
  expect((await fetch(`${server.origin}/sign-in`)).status).toBe(200)
  expect(await (await fetch(`${server.origin}/readyz`)).json()).toMatchObject({ database: true, migrated: true, trail: true })
  expect((await client.query('select count(*)::int as count from messages')).rows).toEqual([{ count: 2 }])

  const exported = join(folder, 'trail')
  await server.command('audit', 'export', exported)
  const { key } = await server.command<{ key: string }>('audit', 'key')
  expect(await server.command('audit', 'verify', exported, '--key', key)).toMatchObject({ ok: true })

  // A server that is there no more at the next start: told, without the password.
  await server.stop()
  await client.end()
  await database.remove()
  const refused = await launchServer({ DATABASE_URL_FILE: file, LOG_LEVEL: 'debug' }).catch((error: Error) => error)
  expect(String(refused)).toContain('has no such database as DATABASE_URL names (3D000)')
  const { password } = new URL(database.url)
  expect(server.output()).toContain('ready')
  expect(`${server.output()}${refused}`).not.toContain(password)
  await rm(folder, { recursive: true, force: true })
})
