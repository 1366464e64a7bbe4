import type { Kysely } from 'kysely'
import { inBatches } from './batches.ts'
import { type DataKey, DataKeys } from './data-keys.ts'
import type { Keyring } from './keyring.ts'
import type { SealedPartRow } from './schema/keys.ts'
import type { Database } from './schema.ts'
import { openPart, type Place, type SealedPart, sealPart } from './sealing/envelope.ts'
import { tampered } from './sealing/refusal.ts'
import { type OpenStream, openStream, sealStream } from './sealing/stream.ts'

/** A sealed part with its data key. */
type Row = SealedPartRow & DataKey

/**
 * The one table in which every sealed value of every other lies. A value is anything JSON can say; its place is bound to it, so
 * that it opens nowhere else.
 */
export class SealedParts {
  readonly #db: Kysely<Database>
  readonly #keyring: Keyring
  readonly #dataKeys: DataKeys

  constructor(db: Kysely<Database>, keyring: Keyring) {
    this.#db = db
    this.#dataKeys = new DataKeys(db)
    this.#keyring = keyring
  }

  /** Seals a value under a fresh data key, where there is none yet. */
  async add(place: Place, value: unknown): Promise<void> {
    const kek = await this.#keyring.wrapping(place.organization)
    await this.#insert(place, kek.id, sealPart(toBytes(value), place, kek.key))
  }

  /** As {@link add}; what was there before is gone, key and all. */
  async put(place: Place, value: unknown): Promise<void> {
    const kek = await this.#keyring.wrapping(place.organization)
    const part = sealPart(toBytes(value), place, kek.key)
    const { organization, owner, part: name } = place
    const before = await this.#db
      .updateTable('sealed_parts')
      .set({ organization, sealed: part.sealed })
      .where('owner', '=', owner)
      .where('part', '=', name)
      .returning('data_key')
      .executeTakeFirst()
    if (before) await this.#dataKeys.overwrite(before.data_key, { kek: kek.id, wrapped: part.wrappedKey })
    else await this.#insert(place, kek.id, part)
  }

  /** @throws PortalError `tampered` when it is missing or not what was put there. */
  async get<T>(place: Place): Promise<T> {
    const value = await this.find<T>(place)
    if (value === undefined) throw tampered()
    return value
  }

  /** As {@link get}, for what may be absent. */
  async find<T>(place: Place): Promise<T | undefined> {
    const row = await this.#row(place)
    return row && this.#open<T>(row, place)
  }

  /** The same part of many rows, by owner; owners without it are left out. */
  async findMany<T>(places: readonly Place[]): Promise<Map<string, T>> {
    const [first] = places
    if (!first) return new Map()
    const rows = await inBatches(places, some =>
      this.#rows()
        .where('part', '=', first.part)
        .where(
          'owner',
          'in',
          some.map(place => place.owner),
        )
        .execute(),
    )
    const byOwner = new Map(rows.map(row => [row.owner, row]))
    const values = new Map<string, T>()
    for (const place of places) {
      const row = byOwner.get(place.owner)
      if (row) values.set(place.owner, await this.#open<T>(row, place))
    }
    return values
  }

  /** As {@link findMany}, where each row must have the part. */
  async getMany<T>(places: readonly Place[]): Promise<Map<string, T>> {
    const values = await this.findMany<T>(places)
    if (places.some(place => !values.has(place.owner))) throw tampered()
    return values
  }

  /** Seals a file; its head becomes the part, its chunks are handed to `keep` one by one. */
  async addStream(place: Place, content: Uint8Array, keep: (number: number, sealed: Uint8Array) => Promise<void>): Promise<void> {
    const kek = await this.#keyring.wrapping(place.organization)
    const { wrappedKey, header, chunks } = sealStream(content, place, kek.key)
    await this.#insert(place, kek.id, { wrappedKey, sealed: header })
    for (const [number, sealed] of chunks.entries()) await keep(number, sealed)
  }

  /** Makes ready to open a file of `size` bytes; undefined when its key is gone. */
  async stream(place: Place, size: number): Promise<OpenStream | undefined> {
    const row = await this.#row(place)
    if (!row) return undefined
    const kek = await this.#keyring.wrappingById(row.kek, place.organization)
    return openStream({ wrappedKey: row.wrapped, header: row.sealed }, size, place, kek)
  }

  /** Destroys the keys of one part of a row, or of all of them, and then their content. */
  async remove(owner: string, part?: string): Promise<void> {
    const all = this.#db.deleteFrom('sealed_parts').where('owner', '=', owner)
    const removed = await (part === undefined ? all : all.where('part', '=', part)).returning('data_key').execute()
    await this.#dataKeys.destroy(removed.map(row => row.data_key))
  }

  async #open<T>(row: Row, place: Place): Promise<T> {
    if (row.organization !== place.organization) throw tampered()
    const kek = await this.#keyring.wrappingById(row.kek, place.organization)
    const plaintext = openPart({ wrappedKey: row.wrapped, sealed: row.sealed }, place, kek)
    return JSON.parse(Buffer.from(plaintext).toString('utf8')) as T
  }

  #rows() {
    return this.#db.selectFrom('sealed_parts').innerJoin('data_keys', 'data_keys.number', 'sealed_parts.data_key').selectAll()
  }

  #row({ owner, part }: Place): Promise<Row | undefined> {
    return this.#rows().where('owner', '=', owner).where('part', '=', part).executeTakeFirst()
  }

  async #insert({ organization, owner, part }: Place, kek: string, { wrappedKey, sealed }: SealedPart): Promise<void> {
    const dataKey = await this.#dataKeys.add({ kek, wrapped: wrappedKey })
    await this.#db.insertInto('sealed_parts').values({ owner, part, organization, data_key: dataKey, sealed }).execute()
  }
}

const toBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value), 'utf8')
