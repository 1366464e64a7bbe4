import { sql } from 'kysely'
import { PortalError } from '../../server/errors.ts'
import { attachmentContent } from '../attachment-content.ts'
import type { Row } from '../engines/engine.ts'
import { messageRows } from '../message-rows.ts'
import { type AuthenticatedTable, rowsUnder } from '../rows.ts'
import { openPart, type Place } from '../sealing/envelope.ts'
import { tampered } from '../sealing/refusal.ts'
import type { Inside } from '../store.ts'
import { type Work, workOn } from '../work.ts'
import type { Progress } from './dump.ts'

/** Looked at in one read: some ten milliseconds of work. */
const BATCH = 300

/** Tells of so many more. */
type Done = (more: number) => void

/**
 * Looks at everything there is: every authenticated row is what was written, every message is the newest the trail knows, every sealed
 * value opens in its place, every file to its last byte.
 *
 * @param gone - names of objects that nobody expects to be there: their files are passed over.
 * @throws PortalError `tampered` with the table and the row that is wrong.
 */
export async function checkEverything(inside: Inside, gone: ReadonlySet<string>, onProgress: Progress): Promise<void> {
  const total = await inside.engine.snapshot(async state => {
    let rows = await state.count('messages')
    for (const table of await state.tables()) rows += await state.count(table)
    return rows
  })
  let done = 0
  const progress: Done = more => {
    done += more
    onProgress(Math.min(done, total), total)
  }
  await checkRows(inside, progress)
  await checkMessages(inside, progress)
  await checkParts(inside)
  await checkFiles(inside, gone)
  onProgress(total, total)
}

const checkRows = ({ engine, keys }: Inside, done: Done): Promise<void> =>
  engine.snapshot(async state => {
    const rows = rowsUnder(keys.rows)
    for (const table of await state.tables()) {
      for await (const batch of state.rows(table)) {
        for (const row of batch) {
          if (!('mac' in row)) break
          await naming(table, row, async () => {
            if (table === 'organization_keys') keys.organizations.check(row as never)
            else rows.check(table as AuthenticatedTable, row as never)
          })
        }
        done(batch.length)
      }
    }
  })

async function checkMessages(inside: Inside, done: Done): Promise<void> {
  await eachBatch(inside, { id: '' }, async (work, { id: after }) => {
    const rows = await work.db.selectFrom('messages').select('id').where('id', '>', after).orderBy('id').limit(BATCH).execute()
    for (const { id } of rows) await naming('messages', { id }, () => messageRows(work).find(id))
    done(rows.length)
    return rows.at(-1)
  })
}

/** What is sealed of a file's content is opened with the file. */
async function checkParts(inside: Inside): Promise<void> {
  await eachBatch(inside, { owner: '', part: '' }, async (work, after) => {
    const rows = await partsAfter(work, after)
    for (const row of rows) if (row.part !== 'content') await naming('sealed_parts', row, () => openIn(work, row))
    return rows.at(-1)
  })
}

async function openIn({ parts }: Work, place: Place): Promise<void> {
  const opened = await parts.findSealed(place, (part, wrapping) => openPart(part, place, wrapping))
  if (opened === undefined) throw tampered()
  opened.fill(0)
}

/** In whose mailbox a value belongs stands in the row that it is a part of. */
async function partsAfter({ db }: Work, { owner, part }: { owner: string; part: string }) {
  const found = db
    .selectFrom('sealed_parts')
    .leftJoin('messages', 'messages.id', 'sealed_parts.owner')
    .leftJoin('attachments', 'attachments.id', 'sealed_parts.owner')
    .leftJoin('drafts', 'drafts.id', 'sealed_parts.owner')
    .leftJoin('recipients', 'recipients.id', 'sealed_parts.owner')
    .leftJoin('factors', 'factors.id', 'sealed_parts.owner')
    .leftJoin('enrolments', 'enrolments.token_hash', 'sealed_parts.owner')
    .select(['sealed_parts.owner', 'sealed_parts.part', 'sealed_parts.organization'])
    .select(
      sql<string>`coalesce(messages.recipient, attachments.recipient, drafts.recipient, recipients.id, factors.person, enrolments.person, '')`.as(
        'recipient',
      ),
    )
    .where(sql<boolean>`(sealed_parts.owner, sealed_parts.part) > (${owner}, ${part})`)
  return found.orderBy('sealed_parts.owner').orderBy('sealed_parts.part').limit(BATCH).execute()
}

async function checkFiles(inside: Inside, gone: ReadonlySet<string>): Promise<void> {
  const all = (db: Work['db']) => db.selectFrom('attachments').select(['id', 'stored_object'])
  const after = (id: string) => inside.engine.read(db => all(db).where('id', '>', id).orderBy('id').limit(BATCH).execute())
  for (let rows = await after(''); rows.length > 0; rows = await after(rows.at(-1)!.id)) {
    for (const row of rows) {
      if (row.stored_object !== null && gone.has(row.stored_object)) continue
      await naming('attachments', row, () => readToItsEnd(attachmentContent(inside, row)))
    }
  }
}

async function readToItsEnd(content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of content) chunk.fill(0)
}

/** One read after the other, each from where the last one stopped. */
async function eachBatch<At>(
  { engine, keys }: Inside,
  from: At,
  step: (work: Work, at: At) => Promise<At | undefined>,
): Promise<void> {
  for (let at: At | undefined = from; at !== undefined; ) {
    const reached: At = at
    at = await engine.read(db => step(workOn(db, keys), reached))
  }
}

async function naming(table: string, row: object, look: () => Promise<unknown>): Promise<void> {
  try {
    await look()
  } catch (error) {
    if (!(error instanceof PortalError) || error.code !== 'tampered') throw error
    throw new PortalError('tampered', `${nameOf(row as Row)} in ${table} is not what was written, or cannot be opened.`)
  }
}

const nameOf = (row: Row): string => String(row.owner ?? row.id ?? row.number ?? row.kid ?? row.hash ?? row.token_hash ?? 'A row')
