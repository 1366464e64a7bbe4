import type { Instant } from '../server/time.ts'
import type { StoredObjectRow } from './schema.ts'
import type { Place } from './sealing/envelope.ts'
import type { Work } from './work.ts'

/** Rows of objects in the part store, and what becomes of them. The attachments that show one decide whether it is kept. */
export function storedObjects({ db, rows, parts }: Work) {
  const find = async (id: string): Promise<StoredObjectRow | null> => {
    const row = await db.selectFrom('stored_objects').selectAll().where('id', '=', id).executeTakeFirst()
    return row ? rows.check('stored_objects', row) : null
  }

  const isShown = async (id: string): Promise<boolean> =>
    (await db.selectFrom('attachments').select('id').where('stored_object', '=', id).limit(1).executeTakeFirst()) !== undefined

  /** The one statement that settles every race for an object. */
  const change = async (before: StoredObjectRow, columns: Partial<StoredObjectRow>): Promise<boolean> => {
    const after = rows.sign('stored_objects', { ...before, ...columns })
    const update = db.updateTable('stored_objects').set(after).where('id', '=', before.id).where('state', '=', before.state)
    return (await update.executeTakeFirst()).numUpdatedRows === 1n
  }

  return {
    find,
    change,

    async add(row: Omit<StoredObjectRow, 'mac'>): Promise<void> {
      await db.insertInto('stored_objects').values(rows.sign('stored_objects', row)).execute()
    },

    /** From here on it belongs to the attachments that show it; what opened it before they did is destroyed. */
    async keep(id: string): Promise<boolean> {
      const row = await find(id)
      if (row === null || row.state !== 'staged' || !(await change(row, { state: 'kept' }))) return false
      await parts.remove(id)
      return true
    },

    /** Destroys what opens it, unless an attachment shows it. The object itself is removed afterwards: see part-sweep.ts. */
    async discard(id: string): Promise<boolean> {
      const row = await find(id)
      if (row === null || row.state === 'discarded') return false
      // First the change: whoever else would keep or discard it waits for this transaction, and then sees what it did.
      if (!(await change(row, { state: 'discarded' }))) return false
      if (await isShown(id)) return !(await change({ ...row, state: 'discarded' }, { state: 'kept' }))
      await parts.remove(id)
      return true
    },

    /** Ids of those that no deposit claimed and no draft holds, staged before this moment, oldest first. */
    async abandoned(before: Instant, limit: number): Promise<string[]> {
      const staged = db.selectFrom('stored_objects').select('id').where('state', '=', 'staged')
      const drafted = db.selectFrom('draft_files').select('stored_object')
      const free = staged.where('created_at', '<', before).where('id', 'not in', drafted)
      const found = await free.orderBy('created_at').limit(limit).execute()
      return found.map(row => row.id)
    },

    /** Ids of those that are to be removed, oldest first. */
    async discarded(limit: number): Promise<string[]> {
      const found = db.selectFrom('stored_objects').select('id').where('state', '=', 'discarded')
      return (await found.orderBy('created_at').limit(limit).execute()).map(row => row.id)
    },

    /** Forgets one whose object is gone. */
    async forget(id: string): Promise<void> {
      await db.deleteFrom('stored_objects').where('id', '=', id).where('state', '=', 'discarded').execute()
    },

    /** Those after this id, in order of their ids, whatever becomes of them. */
    after: (id: string, limit: number): Promise<StoredObjectRow[]> =>
      db.selectFrom('stored_objects').selectAll().where('id', '>', id).orderBy('id').limit(limit).execute(),

    async known(ids: readonly string[]): Promise<Set<string>> {
      if (ids.length === 0) return new Set()
      const found = await db.selectFrom('stored_objects').select('id').where('id', 'in', ids).execute()
      return new Set(found.map(row => row.id))
    },

    isShown,
  }
}

/** Where what opens a staged object belongs, until a deposit claims it. */
export const stagedPlace = (organization: string, id: string, part: 'file' | 'object'): Place => ({
  ...{ organization, owner: id, recipient: '', part },
})
