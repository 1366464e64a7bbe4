import { sql } from 'kysely'
import { attachmentContent } from '../attachment-content.ts'
import type { Snapshot } from '../engines/engine.ts'
import { messageRows } from '../message-rows.ts'
import type { PartStore } from '../part-stores/part-store.ts'
import { openPart, type Place } from '../sealing/envelope.ts'
import { tampered } from '../sealing/refusal.ts'
import { type PortalKeys, type Work, workOn } from '../work.ts'
import type { Progress } from './dump.ts'
import { type Looking, rowName } from './looking.ts'

/** Looked at in one read: some ten milliseconds of work. */
const BATCH = 300

/** One state, and what opens it. */
export interface Looked {
  state: Snapshot
  keys: PortalKeys
  store: PartStore
}

/** Tells of so many more. */
type Done = (more: number) => void

/** Every authenticated row is what was written. */
async function checkRows({ state, keys }: Looked, looking: Looking, done: Done = () => undefined): Promise<void> {
  const look = looking.rows(keys)
  for (const table of await state.tables()) {
    for await (const batch of state.rows(table)) {
      for (const row of batch) await look(table, row)
      done(batch.length)
    }
  }
}

/**
 * Everything that a row cannot say of itself: every message is the newest the trail knows, every sealed value opens in its place, and
 * every file that lies in the database to its last byte.
 */
export async function checkSealed(looked: Looked, looking: Looking, done: Done = () => undefined): Promise<void> {
  await checkMessages(looked, looking, done)
  await checkParts(looked, looking)
  await checkFiles(looked, looking, where => where.stored_object === null)
}

/** Files in the part store, to their last byte. @param gone - names of objects that nobody expects to be there */
const checkObjects = (looked: Looked, looking: Looking, gone: ReadonlySet<string>): Promise<void> =>
  checkFiles(looked, looking, ({ stored_object: object }) => object !== null && !gone.has(object))

/** All of it, with progress: rows, what is sealed, files. */
export async function checkEverything(looked: Looked, looking: Looking, gone: ReadonlySet<string>, onProgress: Progress) {
  let total = await looked.state.count('messages')
  for (const table of await looked.state.tables()) total += await looked.state.count(table)
  let done = 0
  const progress: Done = more => {
    done += more
    onProgress(Math.min(done, total), total)
  }
  await checkRows(looked, looking, progress)
  await checkSealed(looked, looking, progress)
  await checkObjects(looked, looking, gone)
  onProgress(total, total)
}

async function checkMessages(looked: Looked, looking: Looking, done: Done): Promise<void> {
  await eachBatch(looked, { id: '' }, async (work, { id: after }) => {
    const rows = await work.db.selectFrom('messages').select('id').where('id', '>', after).orderBy('id').limit(BATCH).execute()
    for (const { id } of rows) await looking.at({ table: 'messages', row: rowName({ id }) }, () => messageRows(work).find(id))
    done(rows.length)
    return rows.at(-1)
  })
}

/** What is sealed of a file's content is opened with the file. */
async function checkParts(looked: Looked, looking: Looking): Promise<void> {
  await eachBatch(looked, { owner: '', part: '' }, async (work, after) => {
    const rows = await partsAfter(work, after)
    for (const row of rows) {
      if (row.part === 'content') continue
      const { owner, part } = row
      const damage = { table: 'sealed_parts', row: rowName({ owner }), part: rowName({ id: part }) }
      await looking.at(damage, () => openIn(work, row))
    }
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
    .leftJoin('sessions', 'sessions.handle', 'sealed_parts.owner')
    .select(['sealed_parts.owner', 'sealed_parts.part', 'sealed_parts.organization'])
    .select(
      sql<string>`coalesce(messages.recipient, attachments.recipient, drafts.recipient, recipients.id, factors.person, enrolments.person, sessions.person, '')`.as(
        'recipient',
      ),
    )
    .where(sql<boolean>`(sealed_parts.owner, sealed_parts.part) > (${owner}, ${part})`)
  return found.orderBy('sealed_parts.owner').orderBy('sealed_parts.part').limit(BATCH).execute()
}

async function checkFiles(
  { state, keys, store }: Looked,
  looking: Looking,
  isMeant: (row: { stored_object: string | null }) => boolean,
): Promise<void> {
  const source = { engine: state, keys, store }
  await eachBatch(
    { state, keys },
    { id: '' },
    async ({ db }, { id: after }) => {
      const all = db.selectFrom('attachments').select(['id', 'stored_object']).where('id', '>', after)
      return { rows: await all.orderBy('id').limit(BATCH).execute() }
    },
    async ({ rows }) => {
      for (const row of rows.filter(isMeant))
        await looking.at({ table: 'attachments', row: rowName(row) }, () => readToItsEnd(attachmentContent(source, row)))
      return rows.at(-1)
    },
  )
}

async function readToItsEnd(content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of content) chunk.fill(0)
}

/** One read after the other, each from where the last one stopped; `then` looks at what was read, outside of it. */
async function eachBatch<At, Read = At | undefined>(
  { state, keys }: Pick<Looked, 'state' | 'keys'>,
  from: At,
  step: (work: Work, at: At) => Promise<Read>,
  then: (read: Read) => Promise<At | undefined> = async read => read as unknown as At | undefined,
): Promise<void> {
  for (let at: At | undefined = from; at !== undefined; ) {
    const reached: At = at
    at = await then(await state.read(db => step(workOn(db, keys), reached)))
  }
}
