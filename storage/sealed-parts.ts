import type { Kysely, QueryResult } from 'kysely'
import { inBatches } from './batches.ts'
import { type DataKey, DataKeys } from './data-keys.ts'
import type { Ends } from './ends.ts'
import type { Keyring } from './keyring.ts'
import { prepared } from './prepared.ts'
import type { SealedPartRow } from './schema/keys.ts'
import type { Database } from './schema.ts'
import { openPart, openParts, type Place, type SealedPart, sealPart } from './sealing/envelope.ts'
import type { Key } from './sealing/keys.ts'
import { tampered } from './sealing/refusal.ts'
import { type OpenStream, openStream, sealStream } from './sealing/stream.ts'

/** A sealed part with its data key. */
export type SealedRow = SealedPartRow & { [Column in keyof DataKey]: DataKey[Column] | null }
/** One that is not in the database yet. */
type FreshRow = Omit<SealedPartRow, 'data_key'> & DataKey

/** Whose parts they are. */
type Owner = Omit<Place, 'part'>

/** Parts of one row, each opened when it is asked for. */
interface PartsOf {
  get<T>(part: string): Promise<T>
  find<T>(part: string): Promise<T | undefined>
}

/** So many fresh parts are written at once; databases allow only so many values in a statement. */
const MAX_FRESH = 100
/** Nor do they wait when they are large: a body may be sealed for many recipients. */
const MAX_WAITING_BYTES = 1024 * 1024

/**
 * The one table in which every sealed value of every other lies. A value is anything JSON can say; its place is bound to it, so
 * that it opens nowhere else.
 *
 * What is added is written together: before it is asked for, and at the latest by {@link flush}.
 */
export class SealedParts {
  readonly #db: Kysely<Database>
  readonly #keyring: Keyring
  readonly #dataKeys: DataKeys
  #fresh: FreshRow[] = []
  #freshBytes = 0

  constructor(db: Kysely<Database>, keyring: Keyring, ends: Ends) {
    this.#db = db
    this.#dataKeys = new DataKeys(db, ends)
    this.#keyring = keyring
  }

  /** Seals a value under a fresh data key, where there is none yet. */
  async add(place: Place, value: unknown): Promise<void> {
    const kek = await this.#keyring.wrapping(place.organization)
    await this.#add(place, kek.id, sealPart(toBytes(value), place, kek.key))
  }

  /** As {@link add}; what was there before is gone, key and all. */
  async put(place: Place, value: unknown): Promise<void> {
    await this.#settle([place.owner])
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
    else await this.#add(place, kek.id, part)
  }

  /** @throws PortalError `tampered` when it is missing or not what was put there. */
  async get<T>(place: Place): Promise<T> {
    const value = await this.find<T>(place)
    if (value === undefined) throw tampered()
    return value
  }

  /** As {@link get}, for what may be absent. */
  async find<T>(place: Place): Promise<T | undefined> {
    return (await this.findMany<T>([place])).get(place.owner)
  }

  /** All parts of one row, each opened when it is asked for. */
  async of(owner: Owner): Promise<PartsOf> {
    this.#keyring.ask(owner.organization)
    return (await this.ofIds([owner.owner]))(owner)
  }

  /** As {@link of}, of many, where whose they are becomes known only while they are fetched. */
  async ofIds(owners: readonly string[]): Promise<(owner: Owner) => PartsOf> {
    await this.#settle(owners)
    return this.#among(await inBatches(owners, async some => (await allOf(this.#db, { owners: some })).rows))
  }

  /** As {@link ofIds}, where even the ids do: `owners` selects them. */
  async ofSelected(owners: (db: Kysely<Database>) => Promise<QueryResult<SealedRow>>): Promise<(owner: Owner) => PartsOf> {
    await this.flush()
    return this.#among((await owners(this.#db)).rows)
  }

  #among(rows: readonly SealedRow[]): (owner: Owner) => PartsOf {
    const byPlace = new Map(rows.map(row => [`${row.owner} ${row.part}`, row]))
    return owner => {
      const find = async <T>(part: string) => {
        const row = byPlace.get(`${owner.owner} ${part}`)
        return row && this.#open<T>(row, { ...owner, part })
      }
      const get = async <T>(part: string) => {
        const value = await find<T>(part)
        if (value === undefined) throw tampered()
        return value
      }
      return { get, find }
    }
  }

  /** The same part of many rows, by owner; owners without it are left out. */
  async findMany<T>(places: readonly Place[]): Promise<Map<string, T>> {
    const [first] = places
    if (!first) return new Map()
    const owners = places.map(place => place.owner)
    await this.#settle(owners)
    this.#keyring.ask(first.organization)
    const rows = await inBatches(owners, async some => (await ofOwners(this.#db, { part: first.part, owners: some })).rows)
    return this.#openMany<T>(rows, places)
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
    await this.#add(place, kek.id, { wrappedKey, sealed: header })
    for (const [number, sealed] of chunks.entries()) await keep(number, sealed)
  }

  /** Makes ready to open a file of `size` bytes; undefined when its key is gone. */
  async stream(place: Place, size: number): Promise<OpenStream | undefined> {
    const found = await this.#find(place)
    return found && openStream({ wrappedKey: found.part.wrappedKey, header: found.part.sealed }, size, place, found.wrapping)
  }

  /** Keeps what seals itself for its place, such as the secret of an object. */
  async addSealed(place: Place, seal: (wrapping: Key) => SealedPart): Promise<void> {
    const kek = await this.#keyring.wrapping(place.organization)
    await this.#add(place, kek.id, seal(kek.key))
  }

  /** Opens what {@link addSealed} kept; undefined when it is not there. */
  async findSealed<T>(place: Place, open: (part: SealedPart, wrapping: Key) => T): Promise<T | undefined> {
    const found = await this.#find(place)
    return found && open(found.part, found.wrapping)
  }

  /** Destroys the keys of one part of a row, or of all of them, and then their content. */
  remove(owner: string, part?: string): Promise<void> {
    return this.removeAll([owner], part)
  }

  /** As {@link remove}, of many rows. */
  async removeAll(owners: readonly string[], part?: string): Promise<void> {
    await this.#settle(owners)
    const removed = await inBatches(owners, async some => {
      const { rows } = await (part === undefined
        ? removeOf(this.#db, { owners: some })
        : removePart(this.#db, { owners: some, part }))
      return rows
    })
    await this.#dataKeys.destroy(removed.map(row => row.data_key))
  }

  /** Writes what was added and is not in the database yet. */
  async flush(): Promise<void> {
    const fresh = this.#fresh
    if (fresh.length === 0) return
    this.#fresh = []
    this.#freshBytes = 0
    const first = await this.#dataKeys.add(fresh)
    const rows = fresh.map(({ owner, part, organization, sealed }, at) => ({
      ...{ owner, part, organization, data_key: first + at, sealed },
    }))
    await insert(this.#db, { rows })
  }

  /** Before parts of these rows are asked for. */
  async #settle(owners: readonly string[]): Promise<void> {
    if (this.#fresh.some(row => owners.includes(row.owner))) await this.flush()
  }

  async #add({ organization, owner, part }: Place, kek: string, { wrappedKey, sealed }: SealedPart): Promise<void> {
    this.#fresh.push({ owner, part, organization, sealed, kek, wrapped: wrappedKey })
    this.#freshBytes += sealed.length
    if (this.#fresh.length >= MAX_FRESH || this.#freshBytes >= MAX_WAITING_BYTES) await this.flush()
  }

  async #find(place: Place): Promise<{ part: SealedPart; wrapping: Key } | undefined> {
    await this.#settle([place.owner])
    this.#keyring.ask(place.organization)
    const [row] = (await ofOwners(this.#db, { part: place.part, owners: [place.owner] })).rows
    return row && this.#withKey(row, place)
  }

  async #withKey(row: SealedRow, place: Place): Promise<{ part: SealedPart; wrapping: Key }> {
    const part = partOf(row, place)
    return { part, wrapping: await this.#keyring.wrappingById(row.kek!, place.organization) }
  }

  async #open<T>(row: SealedRow, place: Place): Promise<T> {
    const { part, wrapping } = await this.#withKey(row, place)
    return fromBytes<T>(openPart(part, place, wrapping))
  }

  /** By owner. Those under the same key of an organization are opened together. */
  async #openMany<T>(rows: readonly SealedRow[], places: readonly Place[]): Promise<Map<string, T>> {
    const byOwner = new Map(rows.map(row => [row.owner, row]))
    const found = places.flatMap(place => {
      const row = byOwner.get(place.owner)
      return row ? [{ row, place }] : []
    })
    const values = new Map<string, T>()
    for (const under of Map.groupBy(found, ({ row }) => `${row.organization} ${row.kek}`).values()) {
      const keyed = await this.#withKey(under[0]!.row, under[0]!.place)
      const parts = under.map(({ row, place }) => ({ part: partOf(row, place), place }))
      const plaintexts = openParts(parts, keyed.wrapping)
      for (const [at, { place }] of parts.entries()) values.set(place.owner, fromBytes<T>(plaintexts[at]!))
    }
    return values
  }
}

/** What lies sealed in a row. @throws PortalError `tampered` when it is of another organization, or its key is gone. */
function partOf({ organization, kek, wrapped, sealed }: SealedRow, place: Place): SealedPart {
  if (organization !== place.organization || kek === null || wrapped === null) throw tampered()
  return { wrappedKey: wrapped, sealed }
}

/** Measured: with the key looked up for each row SQLite takes a quarter of the time that it takes for a join. */
export const withKeys = (db: Kysely<Database>) =>
  db
    .selectFrom('sealed_parts')
    .select(['owner', 'part', 'organization', 'data_key', 'sealed'])
    .select(part => {
      const key = part.selectFrom('data_keys').whereRef('data_keys.number', '=', 'sealed_parts.data_key')
      return [key.select('kek').as('kek'), key.select('wrapped').as('wrapped')]
    })

const allOf = prepared((db, { owners }: { owners: readonly string[] }) => withKeys(db).where('owner', 'in', owners))

const ofOwners = prepared((db, { part, owners }: { part: string; owners: readonly string[] }) =>
  withKeys(db).where('part', '=', part).where('owner', 'in', owners),
)

const removeOf = prepared((db, { owners }: { owners: readonly string[] }) =>
  db.deleteFrom('sealed_parts').where('owner', 'in', owners).returning('data_key'),
)

const removePart = prepared((db, { owners, part }: { owners: readonly string[]; part: string }) =>
  db.deleteFrom('sealed_parts').where('owner', 'in', owners).where('part', '=', part).returning('data_key'),
)

const insert = prepared((db, { rows }: { rows: SealedPartRow[] }) => db.insertInto('sealed_parts').values(rows))

const toBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value), 'utf8')

const fromBytes = <T>(plaintext: Buffer): T => JSON.parse(plaintext.toString('utf8')) as T
