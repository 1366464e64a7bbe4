import type { Damage } from './damage.ts'
import { dispose } from './disposal.ts'
import { endAgain } from './ending-again.ts'
import type { Ending } from './ending-journal.ts'
import { isPortalError } from './errors.ts'
import type { Message } from './message.ts'
import type { Parts } from './parts.ts'
import type { Tx } from './store.ts'
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
  /** What does not verify, and was accepted to be lost. */
  damage?: readonly Damage[] | undefined
  now: Instant
}

export interface Resumed {
  /** Name of the part of the trail that begins now. */
  trailName: string
  /** Entries the backup held. */
  entries: number
  /** Entries after it that somebody signed for. More may have been lost of which nobody knows. */
  lostEntries: number
  /** What had ended since and is ended again; holds that had been placed since and are placed again. */
  endedAgain: number
}

/**
 * Lets a restored portal go on honestly: reads its whole trail, begins another part of it that says what is lost, ends again what had
 * ended since the backup, and signs for it under a name of its own.
 *
 * @throws PortalError `tampered` when the trail is not what was signed for.
 */
export async function resume(
  { store, checkpointHistory, endings: journal }: Pick<Parts, 'store' | 'checkpointHistory' | 'endings'>,
  { backup, trailName, notes, endings, damage = [], now }: Known,
): Promise<Resumed> {
  const { head, beyond, parts } = await readWholeTrail(store, trailName, notes)
  const last = beyond.toSorted((one, other) => other.size - one.size)[0]
  const lostEntries = last === undefined ? 0 : last.size - head.size
  const lost = last === undefined ? {} : { lastSize: last.size, lastRoot: Buffer.from(last.rootHash).toString('base64url') }
  await store.transaction(tx =>
    record(tx, now, {
      ...{ organization: PORTAL_ITSELF, actor: OPERATOR, action: 'trail.restored', object: TRAIL_OBJECT, revision: parts + 1 },
      detail: { part: newPart(parts + 1), backup, entries: head.size, lost: lostEntries, damaged: damage.length, ...lost },
    }),
  )
  await recordLosses(store, damage, now)
  const since = await store.read(async tx => (await tx.trail.entry(head.size - 1))?.at ?? 0)
  const endedAgain = await store.sweep(() => endAgain(store, endings, { since, now }))
  // Entries that the journal had noted are lost, and others take their numbers: from here on it notes the whole trail anew.
  await journal.append(endings, 0)
  const name = await trailNameIn(store, trailName)
  await signFirst({ store, checkpointHistory }, name, now)
  return { trailName: name, entries: head.size, lostEntries, endedAgain }
}

/**
 * Each loss that was accepted has its entry. A message of which a part cannot be opened ends, so that the list it stands in can be shown;
 * one that a hold keeps stays as it is, and is refused when it is opened.
 */
async function recordLosses(store: Parts['store'], damage: readonly Damage[], now: Instant): Promise<void> {
  for (let from = 0; from < damage.length; from += LOSSES)
    await store.transaction(async tx => {
      for (const { table, row, part } of damage.slice(from, from + LOSSES)) {
        const detail = { table, ...(part === undefined ? {} : { part }) }
        await record(tx, now, { organization: PORTAL_ITSELF, actor: OPERATOR, action: 'row.lost', object: row, detail })
        if (table === 'sealed_parts' && row.startsWith('msg_')) await endDamaged(tx, row, now)
      }
    })
}

const LOSSES = 50

async function endDamaged(tx: Tx, id: string, now: Instant): Promise<void> {
  const message = await tx.messages.find(id)
  if (message === null || (await isHeld(tx, message))) return
  await dispose(tx, [message], 'damaged', OPERATOR, now)
}

/** Where that cannot be told, as a hold is damaged, it is. */
async function isHeld(tx: Tx, message: Message): Promise<boolean> {
  try {
    return (await tx.holds.covering([message])).size > 0
  } catch (error) {
    if (!isPortalError(error) || error.code !== 'tampered') throw error
    return true
  }
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
