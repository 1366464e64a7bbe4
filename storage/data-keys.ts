import type { Kysely } from 'kysely'
import { inBatches } from './batches.ts'
import type { Ends } from './ends.ts'
import { prepared } from './prepared.ts'
import type { DataKeyRow } from './schema/keys.ts'
import type { Database } from './schema.ts'
import { WRAPPED_KEY_BYTES } from './sealing/keys.ts'

/** Where a wrapped data key is kept, and by which organization key it is wrapped. */
export interface DataKey {
  kek: string
  wrapped: Uint8Array
}

export const DESTROYED = new Uint8Array(WRAPPED_KEY_BYTES)

/** Wrapped data keys, each in a place of its own that is overwritten, never freed: see DataKeyRow. */
export class DataKeys {
  readonly #db: Kysely<Database>
  readonly #ends: Ends

  constructor(db: Kysely<Database>, ends: Ends) {
    this.#db = db
    this.#ends = ends
  }

  /** Keeps keys at the end of the table. @returns the number of the first; the others follow it. */
  async add(keys: readonly DataKey[]): Promise<number> {
    const first = await this.#ends.nextDataKeys(keys.length)
    await insert(this.#db, { rows: keys.map(({ kek, wrapped }, at) => ({ number: first + at, kek, wrapped })) })
    return first
  }

  /** Writes a key in the place of another, which is gone with it. */
  async overwrite(number: number, { kek, wrapped }: DataKey): Promise<void> {
    await this.#db.updateTable('data_keys').set({ kek, wrapped }).where('number', '=', number).execute()
  }

  /** Writes zeros over keys: what they sealed can never be opened again. */
  async destroy(numbers: readonly number[]): Promise<void> {
    await inBatches(numbers, async some => {
      await overwrite(this.#db, { wrapped: DESTROYED, numbers: some })
      return []
    })
  }
}

const insert = prepared((db, { rows }: { rows: DataKeyRow[] }) => db.insertInto('data_keys').values(rows))

const overwrite = prepared((db, { wrapped, numbers }: { wrapped: Uint8Array; numbers: readonly number[] }) =>
  db.updateTable('data_keys').set({ wrapped }).where('number', 'in', numbers),
)
