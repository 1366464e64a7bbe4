import type { Kysely } from 'kysely'
import { inBatches } from './batches.ts'
import type { Keyring } from './keyring.ts'
import type { SealedPartRow } from './schema/keys.ts'
import type { Database } from './schema.ts'
import { openPart, type Place, sealPart } from './sealing/envelope.ts'
import { tampered } from './sealing/refusal.ts'
import { type OpenStream, openStream, sealStream } from './sealing/stream.ts'

/**
 * The one table in which every sealed value of every other lies. A value is anything JSON can say; its place is bound to it, so
 * that it opens nowhere else.
 */
export class SealedParts {
  readonly #db: Kysely<Database>
  readonly #keyring: Keyring

  constructor(db: Kysely<Database>, keyring: Keyring) {
    this.#db = db
    this.#keyring = keyring
  }

  /** Seals a value under a fresh data key, in the place of what was there before. */
  async put(place: Place, value: unknown): Promise<void> {
    const kek = await this.#keyring.wrapping(place.organization)
    const { wrappedKey, sealed } = sealPart(Buffer.from(JSON.stringify(value), 'utf8'), place, kek.key)
    await this.#write(place, { kek: kek.id, wrapped_key: wrappedKey, sealed })
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
      this.#db
        .selectFrom('sealed_parts')
        .selectAll()
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
  async putStream(place: Place, content: Uint8Array, keep: (number: number, sealed: Uint8Array) => Promise<void>): Promise<void> {
    const kek = await this.#keyring.wrapping(place.organization)
    const { wrappedKey, header, chunks } = sealStream(content, place, kek.key)
    await this.#write(place, { kek: kek.id, wrapped_key: wrappedKey, sealed: header })
    for (const [number, sealed] of chunks.entries()) await keep(number, sealed)
  }

  /** Makes ready to open a file of `size` bytes; undefined when its key is gone. */
  async stream(place: Place, size: number): Promise<OpenStream | undefined> {
    const row = await this.#row(place)
    if (!row) return undefined
    const kek = await this.#keyring.wrappingById(row.kek, place.organization)
    return openStream({ wrappedKey: row.wrapped_key, header: row.sealed }, size, place, kek)
  }

  /** Removes one part of a row, or all of them, keys and content. */
  async remove(owner: string, part?: string): Promise<void> {
    const all = this.#db.deleteFrom('sealed_parts').where('owner', '=', owner)
    await (part === undefined ? all : all.where('part', '=', part)).execute()
  }

  async #open<T>(row: SealedPartRow, place: Place): Promise<T> {
    if (row.organization !== place.organization) throw tampered()
    const kek = await this.#keyring.wrappingById(row.kek, place.organization)
    const plaintext = openPart({ wrappedKey: row.wrapped_key, sealed: row.sealed }, place, kek)
    return JSON.parse(Buffer.from(plaintext).toString('utf8')) as T
  }

  #row({ owner, part }: Place): Promise<SealedPartRow | undefined> {
    return this.#db.selectFrom('sealed_parts').selectAll().where('owner', '=', owner).where('part', '=', part).executeTakeFirst()
  }

  async #write(place: Place, sealed: Pick<SealedPartRow, 'kek' | 'wrapped_key' | 'sealed'>): Promise<void> {
    const { organization, owner, part } = place
    await this.#db
      .insertInto('sealed_parts')
      .values({ owner, part, organization, ...sealed })
      .onConflict(conflict => conflict.columns(['owner', 'part']).doUpdateSet({ organization, ...sealed }))
      .execute()
  }
}
