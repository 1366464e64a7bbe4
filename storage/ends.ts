import type { Kysely } from 'kysely'
import type { TreeHead } from '../server/trail/tree.ts'
import { prepared } from './prepared.ts'
import type { Database } from './schema.ts'
import { tampered } from './sealing/refusal.ts'

const HASH_BYTES = 32

interface End {
  trail: TreeHead
  dataKey: number
  position: number
}

/**
 * Where the tables end that are only added to, as one transaction sees them: asked for once, then counted on. Nothing else can move
 * them before it ends.
 */
export class Ends {
  readonly #db: Kysely<Database>
  #end: Promise<End> | undefined

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** Asks ahead, for a transaction that is going to write: the answer comes along with that to its first question. */
  ask(): void {
    this.#known().catch(() => undefined) // whoever needs it is told
  }

  async trail(): Promise<TreeHead> {
    return (await this.#known()).trail
  }

  async moveTrail(head: TreeHead): Promise<void> {
    const end = await this.#known()
    end.trail = head
  }

  /** @returns the first of so many numbers for data keys. */
  async nextDataKeys(count: number): Promise<number> {
    const end = await this.#known()
    end.dataKey += count
    return end.dataKey - count + 1
  }

  /** @returns the place of one message more in the order of keeping. */
  async nextPosition(): Promise<number> {
    const end = await this.#known()
    end.position += 1
    return end.position
  }

  #known(): Promise<End> {
    this.#end ??= this.#read()
    return this.#end
  }

  async #read(): Promise<End> {
    const { rows } = await ends(this.#db, {})
    const [{ size, edge, data_key, position }] = rows as [(typeof rows)[number]]
    return { trail: { size, edge: hashesOf(size, edge) }, dataKey: data_key ?? 0, position: position ?? 0 }
  }
}

const ends = prepared((db, _given: Record<string, never>) =>
  db
    .selectFrom('trail_head')
    .select(['size', 'edge'])
    .select(head =>
      head
        .selectFrom('data_keys')
        .select(key => key.fn.max('number').as('number'))
        .as('data_key'),
    )
    .select(head =>
      head
        .selectFrom('messages')
        .select(message => message.fn.max('position').as('position'))
        .as('position'),
    )
    .where('id', '=', 1),
)

function hashesOf(size: number, edge: Uint8Array): Uint8Array[] {
  if (edge.length !== oneBits(size) * HASH_BYTES) throw tampered()
  return Array.from({ length: edge.length / HASH_BYTES }, (_, at) => edge.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES))
}

/** As many full subtrees stand along the right edge as the size has one-bits. */
function oneBits(size: number): number {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}
