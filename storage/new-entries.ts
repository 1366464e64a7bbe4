import type { Kysely } from 'kysely'
import type { TreeHead } from '../server/trail/tree.ts'
import type { Ends } from './ends.ts'
import { prepared } from './prepared.ts'
import type { Database, TrailEntryRow } from './schema.ts'

/** So many are written at once: what a sweep adds in one transaction. A statement for more of them takes long to be compiled when it is first needed. */
const MAX_FRESH = 32

/** What one transaction adds to the trail. Entries are written together, and the head is moved once. */
export class NewEntries {
  readonly #db: Kysely<Database>
  readonly #ends: Ends
  #fresh: TrailEntryRow[] = []
  /** Where the head stands in the database, while entries behind it are written already. */
  #from: number | undefined
  /** Objects and the revisions that were told of. */
  readonly #told = new Set<string>()

  constructor(db: Kysely<Database>, ends: Ends) {
    this.#db = db
    this.#ends = ends
  }

  /** @param head - of the trail with this entry. */
  async add(entry: TrailEntryRow, head: TreeHead): Promise<void> {
    const { size } = await this.#ends.trail()
    if (entry.number !== size || head.size !== size + 1) throw new Error('An entry goes to the end of the trail, one at a time.')
    await this.#ends.moveTrail(head)
    this.#fresh.push(entry)
    if (entry.revision !== null) this.#told.add(`${entry.object} ${entry.revision}`)
    if (this.#fresh.length >= MAX_FRESH) await this.#write()
  }

  /** Whether this transaction tells that the object reached this revision. */
  tells = (object: string, revision: number): boolean => this.#told.has(`${object} ${revision}`)

  /** Writes what was added and is not in the database yet. */
  async flush(): Promise<void> {
    await this.#write()
    if (this.#from === undefined) return
    const { size, edge } = await this.#ends.trail()
    const { numAffectedRows } = await move(this.#db, { size, edge: Buffer.concat(edge), from: this.#from })
    if (numAffectedRows !== 1n) throw new Error('The end of the trail is not where this transaction found it.')
    this.#from = undefined
  }

  async #write(): Promise<void> {
    const rows = this.#fresh
    const [first] = rows
    if (!first) return
    this.#fresh = []
    this.#from ??= first.number
    await insert(this.#db, { rows })
  }
}

const insert = prepared((db, { rows }: { rows: TrailEntryRow[] }) => db.insertInto('trail_entries').values(rows))

const move = prepared((db, { size, edge, from }: { size: number; edge: Uint8Array; from: number }) =>
  db.updateTable('trail_head').set({ size, edge }).where('id', '=', 1).where('size', '=', from),
)
