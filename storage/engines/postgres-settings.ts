import pg from 'pg'
import { PortalError } from '../../server/errors.ts'
import { unavailable } from './refusals.ts'

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
  client_encoding: 'UTF8',
  // Times and intervals are never sent, but what a server is set to must not decide how bytes are written.
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  // What is done outside the engine's own transactions is done as it was tried.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  statement_timeout: String(MAX_STATEMENT_MILLISECONDS),
  idle_in_transaction_session_timeout: String(MAX_SILENCE_MILLISECONDS),
  lock_timeout: '0',
} as const

/** Limits that only newer servers have. A backup takes as long as there are rows, and a pool keeps connections for when they are needed. */
const WITHOUT_TIMEOUT = ['transaction_timeout', 'idle_session_timeout']

/**
 * Parameters of the address that the driver would put in the place of ours: how long an answer is waited for, in which form it comes, how
 * transactions run. Whoever writes one expects an effect, so it is refused instead of overruled.
 */
const OURS = new Set(['query_timeout', 'binary', 'replication', 'encoding', ...Object.keys(SETTINGS), ...WITHOUT_TIMEOUT])

/** What a server must answer. Null: it does not know the setting, as some that speak the protocol do not. */
const REQUIRED: [setting: string, isRight: (value: string | null) => boolean, sentence: string][] = [
  // `off` answers before anything is on a disk: a power cut loses what was acknowledged. All others wait for the disk, some for more.
  ['synchronous_commit', value => value !== 'off', 'synchronous_commit is off'],
  ['fsync', value => value !== 'off', 'fsync is off'],
  ['full_page_writes', value => value !== 'off', 'full_page_writes is off'],
  // After a failed fsync the server must stop and read its log again; trying once more would succeed, and lose what was not written.
  ['data_sync_retry', value => value !== 'on', 'data_sync_retry is on'],
  // A page that cannot be read would be emptied, and what was on it be gone without a word.
  ['zero_damaged_pages', value => value !== 'on', 'zero_damaged_pages is on'],
  // Anything else lets the triggers rest that keep the trail from being changed.
  ['session_replication_role', value => value === null || value === 'origin', 'session_replication_role is not origin'],
  ['server_encoding', value => value === null || value === 'UTF8', 'the database’s encoding is not UTF8'],
  ['server_version_num', value => Number(value) >= OLDEST_VERSION, 'it is older than version 14'],
]

/**
 * How connections to this database are made.
 *
 * @param url - `postgres://user:password@host:port/database?sslmode=…`
 * @throws PortalError `misconfigured` when it cannot be read, or sets what the engine sets; its values are not quoted, as one is a password.
 */
export function connectionOptions(url: string, patienceMilliseconds: number, connections: number): pg.PoolConfig {
  if (!URL.canParse(url)) throw new PortalError('misconfigured', 'DATABASE_URL is no address of a PostgreSQL database.')
  refuseOurs(new URL(url))
  return {
    connectionString: url,
    application_name: 'restante', // unless the address has another
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
  await client.query(
    Object.entries(SETTINGS)
      .map(([name, value]) => `set ${name} = '${value}'`)
      .join('; '),
  )
  await client.query("select set_config(name, '0', false) from pg_settings where name = any($1)", [WITHOUT_TIMEOUT])
  const { rows } = await client.query<Record<string, string | null>>(
    `select ${REQUIRED.map(([name]) => `current_setting('${name}', true) as ${name}`).join(', ')}`,
  )
  for (const [name, isRight, sentence] of REQUIRED) {
    if (!isRight(rows[0]![name] ?? null))
      throw new PortalError('misconfigured', `PostgreSQL cannot be used as it is set: ${sentence}.`)
  }
  await refuseReadOnly(client)
}

/** Before anything is asked for that would be refused in the middle. It may be written to again when it is asked for the next time. */
async function refuseReadOnly(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ standby: boolean; frozen: boolean }>(
    "select pg_is_in_recovery() as standby, current_setting('default_transaction_read_only') = 'on' as frozen",
  )
  if (rows[0]!.standby) throw unavailable('DATABASE_URL leads to a standby, which can only be read.')
  if (rows[0]!.frozen) throw unavailable('The database can only be read: default_transaction_read_only is on.')
}

function refuseOurs({ searchParams }: URL): void {
  const given = [...searchParams.keys(), ...namesIn(searchParams.getAll('options').join(' '))]
  const ours = given.find(name => OURS.has(name))
  if (ours !== undefined)
    throw new PortalError('misconfigured', `DATABASE_URL sets ${ours}, which the portal sets itself: leave it out.`)
}

/** Settings on a command line of the server: `-c name=value`, `-cname=value` or `--name=value`. */
const namesIn = (options: string): string[] =>
  [...options.matchAll(/(?:^|\s)-(?:c\s*|-)([\w.-]+)=/g)].map(([, name]) => name!.toLowerCase().replaceAll('-', '_'))

const INT8 = pg.types.builtins.INT8

const toInteger = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('An integer of the database is larger than any that was put there.')
  return value
}

/** The driver hands 64-bit integers over as text; all of ours are below 2^53. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (type: number, format?: 'text' | 'binary') =>
  type === INT8 && format !== 'binary' ? toInteger : pg.types.getTypeParser(type, format as 'text')
