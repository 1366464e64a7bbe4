import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'
import { WRAPPED_KEY_BYTES } from './sealing/keys.ts'

/** Where a wrapped data key is kept, and by which organization key it is wrapped. */
export interface DataKey {
  kek: string
  wrapped: Uint8Array
}

const DESTROYED = new Uint8Array(WRAPPED_KEY_BYTES)

/** Wrapped data keys, each in a place of its own that is overwritten, never freed: see DataKeyRow. */
export class DataKeys {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** Keeps a key at the end of the table. @returns its number. */
  async add({ kek, wrapped }: DataKey): Promise<number> {
    const { number } = await this.#db
      .insertInto('data_keys')
      .values({ number: sql<number>`(select coalesce(max(number), 0) + 1 from data_keys)`, kek, wrapped })
      .returning('number')
      .executeTakeFirstOrThrow()
    return number
  }

  /** Writes a key in the place of another, which is gone with it. */
  async overwrite(number: number, { kek, wrapped }: DataKey): Promise<void> {
    await this.#db.updateTable('data_keys').set({ kek, wrapped }).where('number', '=', number).execute()
  }

  /** Writes zeros over keys: what they sealed can never be opened again. */
  async destroy(numbers: readonly number[]): Promise<void> {
    for (const number of numbers) {
      await this.#db.updateTable('data_keys').set({ wrapped: DESTROYED }).where('number', '=', number).execute()
    }
  }
}
