import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { migrate } from '../../storage/index.ts'

/** Already migrated: a copy of it is made in less time than its tables. */
const TEMPLATE = 'restante_template'
const UNFINISHED = `${TEMPLATE}_unfinished`

export interface TemporaryDatabase {
  url: string
  remove(): Promise<void>
}

/** Databases that tests have given back, clean again. */
const free: string[] = []

/**
 * A database with the portal's tables and nothing in them, on the tests' server. Made once, then used by one test after the other: what
 * takes time is not the rows. A test that changes more than rows asks for one of its own.
 */
export async function temporaryDatabase(): Promise<TemporaryDatabase> {
  const { url } = await testServer()
  await templateOn(url)
  const database = free.pop() ?? (await newDatabase(url, TEMPLATE))
  return {
    url: database,
    async remove() {
      await clean(database)
      free.push(database)
    },
  }
}

/** As {@link temporaryDatabase}, without any table, and for this test alone. */
export async function emptyDatabase(): Promise<TemporaryDatabase> {
  const { url } = await testServer()
  const database = await newDatabase(url, 'template0')
  return {
    url: database,
    remove: async () => void (await admin(url, `drop database ${new URL(database).pathname.slice(1)} with (force)`)),
  }
}

async function newDatabase(url: string, template: string): Promise<string> {
  const name = `restante_${randomUUID().replaceAll('-', '')}`
  await admin(url, `create database ${name} template ${template}`)
  return urlOf(url, name)
}

/** Lines over which databases are cleaned; a new one would have to learn all the tables first, each time. */
const cleaners = new Map<string, pg.Client>()

/** Takes every row out; the trail's head stands at its beginning again. */
async function clean(database: string): Promise<void> {
  const cleaner = cleaners.get(database) ?? (await newCleaner(database))
  const { rows } = await cleaner.query<{ name: string }>(
    "select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename not in ('migrations', 'trail_head')",
  )
  await cleaner.query([...rows.map(({ name }) => `delete from ${name}`), `update trail_head set size = 0, edge = ''`].join(';'))
}

async function newCleaner(database: string): Promise<pg.Client> {
  const cleaner = new pg.Client(database)
  // A test that ends everybody's connection ends this one, too.
  cleaner.on('error', () => cleaners.delete(database))
  await cleaner.connect()
  // Without triggers: neither those that keep the trail from being changed, nor those that look after references.
  await cleaner.query('set session_replication_role = replica')
  cleaners.set(database, cleaner)
  return cleaner
}

/** The tests' PostgreSQL server: its address, and the folder of its files. */
export async function testServer(): Promise<{ url: string; directory: string }> {
  const { inject } = await import('vitest')
  const answer = await fetch(inject('postgres'))
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()) as { url: string; directory: string }
}

/** Makes the database that others are copies of, unless another worker has. */
async function ensureTemplate(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock(1)')
    const { rowCount } = await client.query('select from pg_database where datname = $1', [TEMPLATE])
    if (rowCount !== 0) return
    await client.query(`create database ${UNFINISHED} template template0`)
    await migrate({ url: urlOf(url, UNFINISHED), dataDirectory: '/', now: 0 })
    await client.query(`alter database ${UNFINISHED} rename to ${TEMPLATE}`)
  } finally {
    await client.end()
  }
}

let template: Promise<void> | undefined
const templateOn = (url: string): Promise<void> => {
  template ??= ensureTemplate(url)
  return template
}

/** Runs one statement over a connection of its own, and says which rows it answered. */
export async function admin<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Row>(statement)).rows
  } finally {
    await client.end()
  }
}

const urlOf = (url: string, database: string): string => {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}
