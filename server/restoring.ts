import { dispose } from './disposal.ts'
import type { Ending } from './ending-journal.ts'
import type { Parts } from './parts.ts'
import { mayRetract } from './retraction.ts'
import type { Store, Tx } from './store.ts'
import type { Instant } from './time.ts'
import { signCheckpoint } from './trail/checkpoint.ts'
import { OPERATOR, PORTAL_ITSELF, record } from './trail/entry.ts'
import { newPart, TRAIL_OBJECT, trailNameIn } from './trail/part.ts'
import { rootOf } from './trail/tree.ts'
import { readWholeTrail } from './trail/whole.ts'

/** What is known of the portal beside the backup itself. */
export interface Known {
  backup: string
  /** Name of the trail's first part. */
  trailName: string
  /** Checkpoints from wherever some were kept. */
  notes: readonly string[]
  endings: readonly Ending[]
  now: Instant
}

export interface Resumed {
  /** Name of the part of the trail that begins now. */
  trailName: string
  /** Entries the backup held. */
  entries: number
  /** Entries after it that somebody signed for. More may have been lost of which nobody knows. */
  lostEntries: number
  /** Messages that had ended since, and are ended again. */
  endedAgain: number
}

const BATCH = 50

/**
 * Lets a restored portal go on honestly: reads its whole trail, begins another part of it that says what is lost, ends again what had
 * ended since the backup, and signs for it under a name of its own.
 *
 * @throws PortalError `tampered` when the trail is not what was signed for.
 */
export async function resume(
  { store, checkpointHistory }: Pick<Parts, 'store' | 'checkpointHistory'>,
  { backup, trailName, notes, endings, now }: Known,
): Promise<Resumed> {
  const { head, beyond, parts } = await readWholeTrail(store, trailName, notes)
  const last = beyond.toSorted((one, other) => other.size - one.size)[0]
  const lostEntries = last === undefined ? 0 : last.size - head.size
  const lost = last === undefined ? {} : { lastSize: last.size, lastRoot: Buffer.from(last.rootHash).toString('base64url') }
  await store.transaction(tx =>
    record(tx, now, {
      ...{ organization: PORTAL_ITSELF, actor: OPERATOR, action: 'trail.restored', object: TRAIL_OBJECT, revision: parts + 1 },
      detail: { part: newPart(parts + 1), backup, entries: head.size, lost: lostEntries, ...lost },
    }),
  )
  const endedAgain = await store.sweep(() => endAgain(store, endings, now))
  const name = await trailNameIn(store, trailName)
  await signFirst({ store, checkpointHistory }, name, now)
  return { trailName: name, entries: head.size, lostEntries, endedAgain }
}

/** What was destroyed is destroyed again, what was taken back is taken back again. What the backup does not hold is passed over. */
async function endAgain(store: Store, endings: readonly Ending[], now: Instant): Promise<number> {
  // What was taken back and then disposed of is disposed of.
  const last = [...new Map(endings.map(ending => [ending.id, ending])).values()]
  let ended = 0
  for (let from = 0; from < last.length; from += BATCH) {
    const batch = last.slice(from, from + BATCH)
    ended += await store.transaction(async tx => {
      let done = 0
      for (const ending of batch) if (await endOne(tx, ending, now)) done++
      return done
    })
  }
  return ended
}

async function endOne(tx: Tx, { what, id }: Ending, now: Instant): Promise<boolean> {
  const message = await tx.messages.find(id)
  if (message === null) return false
  if (what === 'disposed') return (await dispose(tx, [message], 'disposed_before', OPERATOR, now)) === 1
  if (!mayRetract(message)) return false
  const retracted = await tx.messages.transition(id, [message.state], 'retracted', {
    ...{ at: now, retractionReason: 'other', tellRecipient: false },
  })
  if (retracted === null) return false
  const entry = { organization: message.organization, actor: OPERATOR, object: id }
  await record(tx, now, {
    ...{ ...entry, action: 'message.retracted', revision: retracted.revision },
    detail: { reason: 'other', wasOpened: message.openedAt !== null, again: true },
  })
  await tx.outbox.cancelForMessages([id], now)
  return true
}

/**
 * The first checkpoint of the part. Nothing was signed under this name before, and everything in it has just been read; the last note of
 * the history may be about entries that are lost, so it is not compared with.
 */
async function signFirst(
  { store, checkpointHistory }: Pick<Parts, 'store' | 'checkpointHistory'>,
  origin: string,
  now: Instant,
): Promise<void> {
  const head = await store.read(tx => tx.trail.head())
  const checkpoint = { origin, size: head.size, rootHash: rootOf(head) }
  const note = signCheckpoint(checkpoint, store.signer)
  await checkpointHistory.append(note)
  await store.transaction(tx => tx.trail.addCheckpoint({ size: head.size, rootHash: checkpoint.rootHash, note, at: now }))
}
