import type { Asking } from './asking.ts'
import { LIMITS } from './deposit-request.ts'
import { PortalError } from './errors.ts'
import type { ReceivedFile } from './file-upload.ts'
import { typeOf } from './intake/file-type.ts'
import { requireSender } from './own-deposit.ts'
import { type Parts, UPLOAD_LIMITS } from './parts.ts'
import { fileNameProblem } from './plain-text.ts'
import type { SenderRef } from './sender.ts'
import { letGo } from './spent-bytes.ts'
import { STAGED_FROM_BYTES } from './staged-file.ts'
import { days, hours } from './time.ts'

type FileParts = Pick<Parts, 'store' | 'clock' | 'settings'>

/** A deposit claims its files moments after the last of them has come; an upload takes a quarter of an hour at the most. */
const CLAIMED_WITHIN = hours(1)
/** Objects that no row names come of a database that was put back; until then they wait for the right one. */
const UNNAMED_WAIT = days(7)
const SWEPT_AT_ONCE = 100

/**
 * Takes in one file of a deposit that is still on its way. A large one is sealed and kept while it comes, and is nobody's until a deposit
 * of the same sender names it; it is forgotten when none does within an hour. What `content` hands out is given away.
 *
 * @throws PortalError `forbidden`; `invalid` for its name; `too_large` as soon as it is; `no_space`, `unavailable`; and whatever its content throws.
 */
export async function receiveFile(
  { store, clock, settings }: FileParts,
  asking: Asking,
  file: { name: string },
  content: AsyncIterable<Uint8Array>,
): Promise<ReceivedFile> {
  const by = requireSender(asking, 'deposit')
  const name = file.name.normalize('NFC')
  const problem = fileNameProblem(name, LIMITS.fileName)
  if (problem !== null)
    throw new PortalError('invalid', 'A file has no name that can be shown.', { fields: [{ field: 'file', problem }] })
  const pieces = noLongerThan((settings.uploads ?? UPLOAD_LIMITS).fileBytes, content)
  try {
    const { head, isWhole } = await headOf(pieces)
    const type = await typeOf(head, name, isWhole)
    if (isWhole) return { name, type, bytes: head }
    const staged = await store.stageFile({ name, type, by, at: clock() }, following(head, pieces))
    return { name, staged: staged.id, size: staged.size, digest: staged.digest }
  } finally {
    await pieces.return(undefined) // whoever sends must not wait for somebody to read on
  }
}

/** Lets go of files whose deposit was not made. Those that a deposit has claimed stay, and somebody else's. @throws PortalError `forbidden` */
export const dropFiles = ({ store }: Pick<Parts, 'store'>, asking: Asking, ids: string[]): Promise<void> =>
  dropStaged(store, requireSender(asking, 'deposit'), ids)

/** As {@link dropFiles}, of a sender who has been checked before. */
export async function dropStaged(store: Parts['store'], sender: SenderRef, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  const discarded = await store.transaction(async tx => {
    let count = 0
    for (const id of ids) {
      const file = await tx.stagedFiles.find(id)
      const isOwn = file?.by.id === sender.id && file.by.organization === sender.organization
      if (isOwn && (await tx.stagedFiles.discard(id))) count++
    }
    return count
  })
  if (discarded > 0) await store.removeDiscarded(SWEPT_AT_ONCE)
}

/** Removes what was sent and never became part of a deposit, and what the last message that showed it has let go. @returns how many */
export async function sweepFiles({ store, clock }: Pick<Parts, 'store' | 'clock'>): Promise<number> {
  const before = clock() - CLAIMED_WITHIN
  const abandoned = await store.read(tx => tx.stagedFiles.abandoned(before, SWEPT_AT_ONCE))
  if (abandoned.length > 0) {
    await store.transaction(async tx => {
      for (const id of abandoned) await tx.stagedFiles.discard(id)
    })
  }
  return store.removeDiscarded(SWEPT_AT_ONCE)
}

/** Compares what is kept with what should be. What is missing is told in the log: it can only come back from a backup. @returns how many were removed */
export async function checkFiles({ store, clock, log }: Pick<Parts, 'store' | 'clock' | 'log'>): Promise<number> {
  const { removed, missing, isShared } = await store.checkObjects(clock() - UNNAMED_WAIT)
  if (isShared) log.warn('files.shared', { because: 'another portal, on a copy of this database, has the same PART_STORE' })
  for (const object of missing) log.warn('file.missing', { object })
  return removed
}

async function* noLongerThan(most: number, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  let bytes = 0
  for await (const piece of content) {
    bytes += piece.length
    if (bytes > most) throw new PortalError('too_large', `One file may hold at most ${Math.floor(most / MEGABYTE)} MB.`)
    yield piece
  }
}

const MEGABYTE = 1024 * 1024

/** The beginning of a file, and whether that was all of it. */
async function headOf(pieces: AsyncGenerator<Uint8Array, undefined>): Promise<{ head: Uint8Array; isWhole: boolean }> {
  const taken: Uint8Array[] = []
  let bytes = 0
  while (bytes <= STAGED_FROM_BYTES) {
    const next = await pieces.next()
    if (next.done) return { head: Buffer.concat(taken, bytes), isWhole: true }
    taken.push(next.value)
    bytes += next.value.length
  }
  return { head: Buffer.concat(taken, bytes), isWhole: false }
}

/** Whoever reads is done with a piece when the next is asked for. */
async function* following(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head
  for await (const piece of rest) {
    yield piece
    letGo(piece)
  }
}
