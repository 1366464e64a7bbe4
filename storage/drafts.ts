import type { Draft, DraftFile, Drafts, DraftWords } from '../server/draft.ts'
import type { DraftRow } from './schema/drafts.ts'
import { keyedHash, sameBytes } from './sealing/blind-index.ts'
import { tampered } from './sealing/refusal.ts'
import { noLongerStaged, stagedFiles } from './staged-files.ts'
import { storedObjects } from './stored-objects.ts'
import type { Work } from './work.ts'

export function drafts(work: Work): Drafts {
  const { db, parts, rows, portal } = work

  const rowOf = async (message: string): Promise<DraftRow | null> => {
    const row = await db.selectFrom('drafts').selectAll().where('message', '=', message).executeTakeFirst()
    return row ? rows.check('drafts', row) : null
  }

  const filesOf = async (draft: string): Promise<DraftFile[]> => {
    const found = await db.selectFrom('draft_files').selectAll().where('draft', '=', draft).orderBy('number').execute()
    const files: DraftFile[] = []
    for (const row of found) {
      const staged = await stagedFiles(work).find(rows.check('draft_files', row).stored_object)
      if (staged === null) throw tampered()
      const { id, name, type, size, digest } = staged
      files.push({ id, name, type, size, digest })
    }
    return files
  }

  const ticket: Drafts['ticket'] = (message, recipient, at) => keyedHash(portal.codes, 'draft ticket', message, recipient, at)

  return {
    async find(message) {
      const row = await rowOf(message)
      if (row === null) return null
      const words = await parts.get<DraftWords>(place(row))
      // Words of one day beside the row of another.
      if (words.version !== row.version) throw tampered()
      const { id, organization, recipient, created_at, saved_at } = row
      const about = { id, message, organization, recipient, createdAt: created_at, savedAt: saved_at }
      return { ...about, ...words, files: await filesOf(id) } satisfies Draft
    },

    async ofRecipient(recipient) {
      const found = db.selectFrom('drafts').selectAll().where('recipient', '=', recipient)
      const mine = await found.orderBy('saved_at', 'desc').orderBy('id').execute()
      return mine.map(row => rows.check('drafts', row)).map(row => ({ message: row.message, savedAt: row.saved_at }))
    },

    async put({ id, message, organization, recipient, createdAt, savedAt, version, text, aside }) {
      const about = { id, message, organization, recipient, version }
      const row = rows.sign('drafts', { ...about, created_at: createdAt, saved_at: savedAt })
      await db
        .insertInto('drafts')
        .values(row)
        .onConflict(same => same.column('id').doUpdateSet({ version, saved_at: savedAt, mac: row.mac }))
        .execute()
      await parts.put(place(row), { version, text, aside } satisfies DraftWords)
    },

    async addFile({ id }, staged) {
      const object = await storedObjects(work).find(staged)
      if (object?.state !== 'staged' || object.size === null) throw noLongerStaged()
      const last = db.selectFrom('draft_files').select(file => file.fn.max('number').as('number'))
      const { number } = await last.where('draft', '=', id).executeTakeFirstOrThrow()
      const row = rows.sign('draft_files', { stored_object: staged, draft: id, number: Number(number ?? 0) + 1 })
      await db.insertInto('draft_files').values(row).execute()
    },

    async removeFile({ id }, staged) {
      const own = db.deleteFrom('draft_files').where('draft', '=', id).where('stored_object', '=', staged)
      if ((await own.executeTakeFirst()).numDeletedRows !== 1n) return false
      work.shredded = true
      return storedObjects(work).discard(staged)
    },

    async remove(message) {
      const row = await rowOf(message)
      if (row !== null) await shredDrafts(work, [row.id])
      return row !== null
    },

    async lastSavedBefore(before, limit) {
      const old = db.selectFrom('drafts').select('message').where('saved_at', '<', before)
      return (await old.orderBy('saved_at').limit(limit).execute()).map(row => row.message)
    },

    ticket,
    ticketFits: (presented, ...about) => sameBytes(Buffer.from(presented), Buffer.from(ticket(...about))),
  }
}

/** Destroys drafts: first the keys of their words and files, then the rows. The objects themselves go with the next sweep. */
export async function shredDrafts(work: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const { db, parts } = work
  await parts.removeAll(ids)
  const files = await db.deleteFrom('draft_files').where('draft', 'in', ids).returning('stored_object').execute()
  const objects = storedObjects(work)
  // What a message has claimed meanwhile belongs to that message.
  for (const { stored_object } of files)
    if ((await objects.find(stored_object))?.state === 'staged') await objects.discard(stored_object)
  await db.deleteFrom('drafts').where('id', 'in', ids).execute()
  work.shredded = true
}

const place = ({ id, organization, recipient }: Pick<DraftRow, 'id' | 'organization' | 'recipient'>) => ({
  ...{ organization, owner: id, recipient, part: 'words' },
})
