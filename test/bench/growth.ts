import { copyFile, cp } from 'node:fs/promises'
import path from 'node:path'
import Database from 'better-sqlite3'
import { launchServer, type RunningServer } from '../support/launch.ts'
import { page } from './pages.ts'
import { type Bench, type Progress, paired, rowOf } from './paired.ts'
import { type Prepared, preparedFolder } from './prepared.ts'

const ROUNDS = 200
const IN_A_MAILBOX = 200
/** Of others' bodies: what is never read only has to lie in the way. */
const BODY_BYTES = 256

/**
 * The newest fifty of a mailbox, asked of the running program, when so many messages of others lie between hers; beside the same list from
 * a portal that holds hers alone.
 */
export const GROWTH: Bench[] = [1_000_000, 10_000_000].map(stored => ({
  name: `http-list-50-of-${stored}-stored`,
  isLong: true,
  async run(progress) {
    const alone = await preparedFolder()
    const among = await copyOf(alone)
    try {
      surround(path.join(among, 'portal.db'), stored, share => progress(share * 0.9))
      // Filling takes longer than a session that nobody uses.
      const sessions = { small: await alone.signedInAt(alone.folder), large: await alone.signedInAt(among) }
      const small = await launchServer({ PORTAL_DATA: alone.folder, LOG_LEVEL: 'warn' })
      const large = await launchServer({ PORTAL_DATA: among, LOG_LEVEL: 'warn' })
      try {
        const measured = await paired(
          { rounds: ROUNDS, work: list(large, sessions.large), floor: list(small, sessions.small) },
          share => progress(0.9 + share / 10),
        )
        return rowOf(this.name, 'ms', measured, 1.2)
      } finally {
        await small.stop()
        await large.stop()
      }
    } finally {
      await alone.remove()
    }
  },
}))

const list =
  ({ origin }: RunningServer, session: string) =>
  () =>
    page(`${origin}/messages`, session)

/** Lies in the first one's folder, and goes with it. */
async function copyOf({ folder }: Prepared): Promise<string> {
  const copy = path.join(folder, 'copy')
  await cp(path.join(folder, 'portal.db'), path.join(copy, 'portal.db'), { recursive: true })
  await copyFile(path.join(folder, 'root.key'), path.join(copy, 'root.key'))
  return copy
}

/**
 * Puts other people's messages between those of the one mailbox that is there: after each of hers, by id and in the file, an equal share of
 * all. They are copies of hers for nobody who exists: no rule holds for them, and nobody could open them.
 */
function surround(file: string, stored: number, progress: Progress): void {
  const db = new Database(file)
  for (const setting of ['journal_mode = MEMORY', 'synchronous = OFF', 'foreign_keys = OFF', 'cache_size = -2000000'])
    db.pragma(setting)
  const columnsOf = (table: string) => db.pragma(`table_info(${table})`) as { name: string }[]
  const copied = (table: string, changed: Record<string, string>) =>
    columnsOf(table)
      .map(({ name }) => changed[name] ?? name)
      .join(', ')
  db.exec('create temp table hers as select * from messages; delete from messages')
  const ids = db.prepare('select id from hers order by id').pluck().all() as string[]
  const share = Math.ceil(stored / ids.length)
  const numbers = 'with recursive numbers (n) as (select @from union all select n + 1 from numbers where n < @from + @share - 1)'
  const others = db.prepare(
    `${numbers} insert into messages select ${copied('messages', {
      id: "id || printf('%09d', n)",
      recipient: `'rcp_' || ((n * 7919) % ${Math.ceil(stored / IN_A_MAILBOX)})`,
      position: '1000000 + n',
      locator_hash: 'null',
      form_hash: 'null',
    })} from hers, numbers where id = @id`,
  )
  const parts = db.prepare(
    `${numbers} insert into sealed_parts select ${copied('sealed_parts', {
      owner: "owner || printf('%09d', n)",
      sealed: `substr(sealed, 1, ${BODY_BYTES})`,
    })} from sealed_parts, numbers where owner = @id`,
  )
  ids.forEach((id, index) => {
    const among = { id, from: index * share, share }
    db.prepare('insert into messages select * from hers where id = ?').run(id)
    others.run(among)
    parts.run(among)
    progress((index + 1) / ids.length)
  })
  db.pragma('journal_mode = WAL')
  db.close()
}
