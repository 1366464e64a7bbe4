import pg from 'pg'
import { PortalError } from '../../server/errors.ts'

/** A statement that takes longer holds up everybody else. */
const MAX_STATEMENT_MILLISECONDS = 30_000
/**
 * A process that was paused inside a transaction holds the lock of all writers. The server ends its connection, which frees the lock;
 * shorter than the patience of those who wait.
 */
const MAX_SILENCE_MILLISECONDS = 3_000
/** When a connection is dead, no server will say so: what is asked over it is given up after this. */
const MAX_ANSWER_MILLISECONDS = MAX_STATEMENT_MILLISECONDS + 5_000
/** For a statement that takes as long as there are rows. The driver takes 0 for its default. */
export const WITHOUT_LIMIT = { query_timeout: 2 ** 31 - 1 }
const IDLE_MILLISECONDS = 5 * 60_000
const OLDEST_VERSION = 140_000

/** Asked for by every connection before anything else runs on it. */
const SETTINGS = {
  application_name: 'restante',
  client_encoding: 'UTF8',
  // Times and intervals are never sent, but what a server is set to must not decide how bytes are written.
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  statement_timeout: String(MAX_STATEMENT_MILLISECONDS),
  idle_in_transaction_session_timeout: String(MAX_SILENCE_MILLISECONDS),
} as const

/** What a server must answer. Null: it does not know the setting, as some that speak the protocol do not. */
const REQUIRED: [setting: string, isRight: (value: string | null) => boolean, sentence: string][] = [
  // `off` answers before anything is on a disk: a power cut loses what was acknowledged. All others wait for the disk, some for more.
  ['synchronous_commit', value => value !== 'off', 'synchronous_commit is off'],
  ['fsync', value => value !== 'off', 'fsync is off'],
  ['full_page_writes', value => value !== 'off', 'full_page_writes is off'],
  // After a failed fsync the server must stop and read its log again; trying once more would succeed, and lose what was not written.
  ['data_sync_retry', value => value !== 'on', 'data_sync_retry is on'],
  ['server_encoding', value => value === null || value === 'UTF8', 'the database’s encoding is not UTF8'],
  ['server_version_num', value => Number(value) >= OLDEST_VERSION, 'it is older than version 14'],
]

/**
 * How connections to this database are made.
 *
 * @param url - `postgres://user:password@host:port/database?sslmode=…`
 * @throws PortalError `misconfigured` when it cannot be read; what it says is not quoted, as it holds a password.
 */
export function connectionOptions(url: string, patienceMilliseconds: number, connections: number): pg.PoolConfig {
  if (!URL.canParse(url)) throw new PortalError('misconfigured', 'DATABASE_URL is no address of a PostgreSQL database.')
  return {
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: patienceMilliseconds,
    // A new connection costs both sides more than a hundred statements.
    idleTimeoutMillis: IDLE_MILLISECONDS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    query_timeout: MAX_ANSWER_MILLISECONDS,
    // Statements leave without waiting for the answers to those before them; the answers come in the same order.
    pipeline: true,
    types: { getTypeParser },
    onConnect: prepare,
  }
}

async function prepare(client: pg.ClientBase): Promise<void> {
  const values = Object.entries({ ...SETTINGS, lock_timeout: '0' })
  await client.query(values.map(([name, value]) => `set ${name} = '${value}'`).join('; '))
  const { rows } = await client.query<Record<string, string | null>>(
    `select ${REQUIRED.map(([name]) => `current_setting('${name}', true) as ${name}`).join(', ')}`,
  )
  for (const [name, isRight, sentence] of REQUIRED) {
    if (!isRight(rows[0]![name] ?? null))
      throw new PortalError('misconfigured', `PostgreSQL cannot be used as it is set: ${sentence}.`)
  }
}

const INT8 = pg.types.builtins.INT8

const toInteger = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('An integer of the database is larger than any that was put there.')
  return value
}

/** The driver hands 64-bit integers over as text; all of ours are below 2^53. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (type: number, format?: 'text' | 'binary') =>
  type === INT8 && format !== 'binary' ? toInteger : pg.types.getTypeParser(type, format as 'text')
