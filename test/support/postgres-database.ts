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

/** An empty database with the portal's tables, on the tests' server. `isEmpty`: without any table. */
export async function temporaryDatabase({ isEmpty = false } = {}): Promise<TemporaryDatabase> {
  const { url } = await testServer()
  const name = `restante_${randomUUID().replaceAll('-', '')}`
  if (!isEmpty) await templateOn(url)
  await admin(url, `create database ${name} template ${isEmpty ? 'template0' : TEMPLATE}`)
  return {
    url: urlOf(url, name),
    remove: () => admin(url, `drop database ${name} with (force)`),
  }
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

/** Runs one statement over a connection of its own. */
export async function admin(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

const urlOf = (url: string, database: string): string => {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}
