import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { isLockTimeout, translate } from './postgres-errors.ts'
import { WITHOUT_LIMIT } from './postgres-settings.ts'

/** Rewriting a table keeps everybody out of it; up to this size for a fraction of a second. */
const MAX_REWRITTEN_BYTES = 16 * 1024 * 1024
/** Whoever waits for the table has others wait behind it. */
const LOCK_MILLISECONDS = 1_000
/** Under a stream of disposals the table is cleaned so often, not after each. */
const REST_MILLISECONDS = 60_000
const READERS_MILLISECONDS = 1_000

/**
 * Takes the versions of rows that were overwritten or deleted out of the tables' files. A vacuum only frees their space, and what lay at
 * the edge of a page can stay readable there (1 of 900 destroyed keys, measured); so the table of the keys is written anew as long as
 * that is quick.
 *
 * It does not reach the server's log of writes, nor backups: those hold a key until they are recycled (see the room's README).
 */
export class Purging {
  readonly #pool: pg.Pool
  #restsUntil = 0

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** @returns false when it has to be tried again later: it ran a short while ago, or somebody still reads an older state. */
  async purge(): Promise<boolean> {
    if (performance.now() < this.#restsUntil) return false
    const client = await this.#pool.connect()
    // Lost between two statements: the next is refused. Unheard, it would end the process.
    client.on('error', () => undefined)
    try {
      // Not for those who use the connection next: it is closed below.
      await client.query(`set statement_timeout = 0; set lock_timeout = ${LOCK_MILLISECONDS}`)
      const nobodyReads = await readersAreDone(client)
      await client.query({ text: `vacuum ${(await isSmall(client)) ? '(full) ' : ''}data_keys`, ...WITHOUT_LIMIT })
      // Always small; wrapping keys that were retired lay in it.
      await client.query({ text: 'vacuum (full) organization_keys', ...WITHOUT_LIMIT })
      if (nobodyReads) this.#restsUntil = performance.now() + REST_MILLISECONDS
      return nobodyReads
    } catch (error) {
      if (isLockTimeout(error)) return false
      throw translate(error, false)
    } finally {
      client.release(true)
    }
  }
}

async function isSmall(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ bytes: number }>("select pg_table_size('data_keys') as bytes")
  return rows[0]!.bytes <= MAX_REWRITTEN_BYTES
}

/**
 * Waits a moment for those who began to read before now: rows that they may still see are kept by every kind of vacuum. So are those that
 * a transaction which began before now could see, in whichever database of the server: rewriting a table takes a snapshot of its own, which
 * reaches as far back as the oldest of them.
 */
async function readersAreDone(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ now: string }>('select pg_snapshot_xmax(pg_current_snapshot())::text as now')
  const patience = performance.now() + READERS_MILLISECONDS
  for (;;) {
    const older = await client.query(
      `select where pg_snapshot_xmin(pg_current_snapshot()) < $1::xid8
        or exists (select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
          and age(backend_xmin) > age($1::xid8::xid))`,
      [rows[0]!.now],
    )
    if (older.rowCount === 0) return true
    if (performance.now() > patience) return false
    await pause(20)
  }
}
