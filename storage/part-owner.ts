import type { PartStore } from './part-stores/part-store.ts'
import type { CheckpointRow } from './schema.ts'
import type { Write } from './staged-files.ts'

/** Name of the object that says whose the others are. */
export const OWNER_MARK = 'whose-these-objects-are'

/** What it says when two have found that they share the place. */
const SHARED = 'shared'
const MOST_BYTES = 200

/**
 * Whether nobody but this database's portal removes objects here. A copy of the database that is served with the same settings, to try an
 * upgrade for one, finds the objects under the same names: after a week it would remove what it does not know, and before that what a hold
 * keeps of which it has not heard. So before anything is removed, the newest signed checkpoint is left beside the objects. Whoever finds one
 * that is not of their own trail says so there, and from then on neither of them removes anything.
 */
export async function isOwnPlace({ read, store }: { read: Write; store: PartStore }): Promise<boolean> {
  const found = await markIn(store)
  if (found === SHARED) return false
  // After the mark: what it names was durable before it was left there, so other processes of this portal know it, too.
  const { named, newest } = await read(async ({ db }) => {
    const signed = db.selectFrom('checkpoints').select(['size', 'root_hash'])
    return {
      named: await signed.where('size', '=', Number.parseInt(found ?? '0', 10)).executeTakeFirst(),
      newest: await signed.orderBy('size', 'desc').limit(1).executeTakeFirst(),
    }
  })
  const isOwn = found === null || (named !== undefined && markOf(named) === found)
  const mark = isOwn ? newest && markOf(newest) : SHARED
  if (mark !== undefined && mark !== found) await store.put(OWNER_MARK, inOnePiece(mark))
  return isOwn
}

const markOf = ({ size, root_hash: root }: Pick<CheckpointRow, 'size' | 'root_hash'>): string =>
  `${size} ${Buffer.from(root).toString('base64url')}`

async function markIn(store: PartStore): Promise<string | null> {
  const size = await store.size(OWNER_MARK)
  if (size === null) return null
  const pieces: Uint8Array[] = []
  for await (const piece of store.read(OWNER_MARK, 0, Math.min(size, MOST_BYTES))) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces).toString('utf8')
}

async function* inOnePiece(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8')
}
