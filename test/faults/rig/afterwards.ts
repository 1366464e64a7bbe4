import { cp, mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { hours, type Instant } from '../../../server/time.ts'
import { verifierKey } from '../../../server/trail/checkpoint.ts'
import { exportTrail } from '../../../server/trail/export.ts'
import { checkAtStart } from '../../../server/trail/tail.ts'
import { verifyExport } from '../../../server/trail/verify.ts'
import { objectsIn } from '../../support/files.ts'
import { type OpenedPortal, openPortal } from './opened.ts'

/** What a portal's files hold, counted: the same before and after are the same state. */
export type Counted = Record<string, number>

/** What each promise (test: P1 to P6 of the bar) looks like in the tables when it is broken: rows that must not be there. */
const BROKEN: Record<string, string> = {
  'a key made two deposits': `select idempotency_index from deposits where idempotency_index is not null
    group by organization, sender, idempotency_index having count(*) > 1`,
  'a message has two notices': `select message from outbox where kind = 'notice' group by message having count(*) > 1`,
  'a message waits without a notice': `select id from messages where direction = 'to_recipient'
    and id not in (select message from outbox where kind = 'notice')`,
  'a message changed without an entry': `select id from messages m where revision <>
    (select count(distinct revision) from trail_entries e where e.object = m.id and e.revision is not null)`,
  'an entry tells of a change that is not there': `select number from trail_entries e where revision is not null and object like 'msg%'
    and not exists (select 1 from messages m where m.id = e.object and m.revision >= e.revision)`,
  'an opened message has no receipt': `select id from messages m where opened_at is not null and direction = 'to_recipient'
    and not exists (select 1 from receipts r where r.message = m.id and r.stage = 'opened')`,
  'the trail has a gap': `select size from trail_head where size <> (select count(*) from trail_entries)`,
  'a deposit has no message': `select id from deposits where id not in (select deposit from messages)`,
}

/**
 * Opens a copy of what a fault has left as the program would, and looks everything over: the database's own check, the rows no promise allows,
 * every message's seal, and the whole trail as a stranger would verify it.
 *
 * @returns what there is; throws with what is wrong.
 */
export async function lookOver(folder: string, now: Instant): Promise<Counted> {
  const copy = await mkdtemp(`${folder}-looked-over-`)
  await cp(folder, copy, { recursive: true })
  try {
    const counted = await lookOverHere(copy, now)
    await noFileIsLeftOver(copy, now)
    return counted
  } finally {
    await rm(copy, { recursive: true })
  }
}

/**
 * The same without the seals and the whole trail, in place: for the thousands of states that differ in a few pages alone.
 */
export async function countAfter(folder: string, now: Instant): Promise<Counted> {
  const opened = await openPortal(folder, now)
  try {
    await checkAtStart(opened.parts)
    return countedIn(path.join(folder, 'portal.db'))
  } finally {
    await opened.close()
  }
}

async function lookOverHere(folder: string, now: Instant): Promise<Counted> {
  const opened = await openPortal(folder, now)
  try {
    await checkAtStart(opened.parts)
    const counted = countedIn(path.join(folder, 'portal.db'))
    await everySealOpens(opened, path.join(folder, 'portal.db'))
    await everyFileOpens(opened, path.join(folder, 'portal.db'))
    await trailVerifies(opened, path.join(folder, 'export'))
    return counted
  } finally {
    await opened.close()
  }
}

function countedIn(file: string): Counted {
  const database = new BetterSqlite(file, { readonly: true })
  try {
    const problems = database.prepare('pragma integrity_check').pluck().all() as string[]
    if (problems.join() !== 'ok') throw new Error(`The database is damaged: ${problems.join('; ')}`)
    for (const [what, query] of Object.entries(BROKEN)) {
      const rows = database.prepare(query).all()
      if (rows.length > 0) throw new Error(`A promise is broken: ${what}: ${JSON.stringify(rows.slice(0, 3))}`)
    }
    return { ...rowsIn(database), ...statesIn(database) }
  } finally {
    database.close()
  }
}

const rowsIn = (database: BetterSqlite.Database): Counted =>
  Object.fromEntries(
    (
      database
        .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`)
        .pluck()
        .all() as string[]
    )
      .sort()
      .map(table => [table, database.prepare(`select count(*) from "${table}"`).pluck().get() as number]),
  )

function statesIn(database: BetterSqlite.Database): Counted {
  const groups = [
    ['message', 'select state as name, count(*) as number from messages group by state'],
    ['letter', 'select state as name, count(*) as number from outbox group by state'],
    ['entry', 'select action as name, count(*) as number from trail_entries group by action'],
    ['receipt', 'select stage as name, count(*) as number from receipts group by stage'],
  ] as const
  return Object.fromEntries(
    groups.flatMap(([what, query]) =>
      (database.prepare(query).all() as { name: string; number: number }[]).map(({ name, number }) => [
        `${what} ${name}`,
        number,
      ]),
    ),
  )
}

async function everySealOpens({ parts: { store } }: OpenedPortal, file: string): Promise<void> {
  const database = new BetterSqlite(file, { readonly: true })
  const ids = database.prepare(`select id from messages where state <> 'disposed'`).pluck().all() as string[]
  database.close()
  await store.read(async tx => {
    for (const message of await tx.messages.findMany(ids)) await tx.messages.content(message)
  })
}

/** Every file that a message shows opens to its last byte. */
async function everyFileOpens({ parts: { store } }: OpenedPortal, file: string): Promise<void> {
  const database = new BetterSqlite(file, { readonly: true })
  const ids = database.prepare('select id from attachments').pluck().all() as string[]
  database.close()
  for (const id of ids) {
    let bytes = 0
    const attachment = await store.read(tx => tx.attachments.find(id))
    for await (const piece of store.attachmentContent(attachment!)) bytes += piece.length
    if (bytes !== attachment!.size) throw new Error(`The file ${id} has ${bytes} bytes.`)
  }
}

/** What broke off is swept when nobody can claim it any more; then rows and objects of the part store are the same. */
async function noFileIsLeftOver(folder: string, now: Instant): Promise<void> {
  if ((await objectsIn(folder)).length === 0) return
  const opened = await openPortal(folder, now + hours(2))
  await opened.portal.sweepFiles()
  await opened.close()
  const database = new BetterSqlite(path.join(folder, 'portal.db'), { readonly: true })
  const rows = database.prepare('select id from stored_objects').pluck().all() as string[]
  database.close()
  const objects = await objectsIn(folder)
  if (objects.sort().join() !== rows.sort().join())
    throw new Error(`Objects without a row, or rows without an object: ${objects} ${rows}`)
}

async function trailVerifies({ parts, portal }: OpenedPortal, folder: string): Promise<void> {
  const { size } = await parts.store.read(tx => tx.trail.head())
  if (size === 0) return // it has not begun
  await portal.signCheckpoint()
  await exportTrail(parts.store, folder)
  const { ok, problems } = await verifyExport(folder, verifierKey(parts.settings.trailName, parts.store.signer.publicKey))
  if (!ok) throw new Error(`The trail does not verify: ${JSON.stringify(problems)}`)
}
