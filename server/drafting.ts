import { ANSWER_LIMITS, answerProblems } from './answer.ts'
import { answerBy } from './answer-time.ts'
import { LIMITS } from './deposit-request.ts'
import { DRAFT_KEPT, type Draft, MAX_DRAFT_TEXT } from './draft.ts'
import { type FieldError, PortalError } from './errors.ts'
import { newSecret } from './ids.ts'
import { typeOf } from './intake/file-type.ts'
import { ticketFor } from './kept-words.ts'
import { isReadable, type Message, standingFor } from './message.ts'
import { moreTimeAskedAt } from './more-time.ts'
import { changedMeanwhile, draftable, draftView, freshDraft, ownDraft } from './own-draft.ts'
import type { Parts } from './parts.ts'
import { fileNameProblem } from './plain-text.ts'
import { personBehind, refusal } from './reader.ts'
import { frameOf } from './reading.ts'
import { type Reader, requireReader, type Visitor } from './sign-in/visitor.ts'
import { inPieces, type StagedFile } from './staged-file.ts'
import type { Tx } from './store.ts'
import type { AnswerView, AnswerWindow, DraftLine, DraftView, FileUpload } from './views.ts'
import { doubtAbout } from './witnessed-time.ts'

type StoreAndClock = Pick<Parts, 'store' | 'clock'>

/** What is to be changed of a draft. */
export interface DraftChange {
  /** Left out, the words stay. */
  text?: string | undefined
  /** Of the words that were there when this was typed; null when there were none. */
  version: string | null
  /** To be added. */
  files: FileUpload[]
  /** Ids of files to be taken out. */
  removed: string[]
}

/**
 * What somebody is told who writes back, or looks at what they have begun to write: of the message no content, so that no look is
 * recorded. What they wrote is theirs to read for as long as it is kept, whatever has become of the message.
 *
 * @throws PortalError `not_found` when it is not theirs, not opened, or their own answer.
 */
export async function viewAnswer({ store, clock }: StoreAndClock, visitor: Visitor, id: string): Promise<AnswerView> {
  const reader = requireReader(visitor)
  return store.read(async tx => {
    const now = clock()
    const message = await tx.messages.find(id)
    const draft = await ownDraft(tx, reader, id)
    const standing = standingFor(reader.person.id, message, now)
    const window = windowOf(message, standing)
    if (window === null && draft === null) throw refusal('not_found')
    const person = await personBehind(tx, reader)
    const isThere = message !== null && standing !== 'absent'
    const heading = standing === 'opened' ? (await tx.messages.headings([message!])).get(id) : undefined
    const receipts = isThere ? await tx.receipts.ofMessages([id]) : []
    const answeredAt = receipts.findLast(receipt => receipt.stage === 'replied')?.at
    return {
      frame: isThere ? await frameOf(tx, person, message, standing === 'opened' || standing === 'expired') : null,
      subject: heading?.subject ?? null,
      window: window ?? 'gone',
      moreTimeAsked: message !== null && moreTimeAskedAt(receipts, message) !== null,
      draft: draft && draftView(draft),
      ticket: ticketFor(tx, reader, id, now),
      answered: answeredAt === undefined ? null : { at: answeredAt, answerBy: answerBy(person.organization, answeredAt) },
    }
  })
}

/** Null for what was never theirs to answer. */
function windowOf(message: Message | null, standing: ReturnType<typeof standingFor>): AnswerWindow | null {
  if (message === null || message.direction === 'reply' || message.openedAt === null) return null
  if (standing === 'opened') return message.replyAllowed ? 'open' : 'not_allowed'
  if (standing === 'expired' || standing === 'retracted') return standing
  return standing === 'disposed' ? 'gone' : null
}

/** What this reader has begun to write back and not sent, the last first. */
export async function listDrafts({ store, clock }: StoreAndClock, visitor: Visitor): Promise<DraftLine[]> {
  const reader = requireReader(visitor)
  return store.read(async tx => {
    const now = clock()
    const begun = await tx.drafts.ofRecipient(reader.person.id)
    const messages = await tx.messages.findMany(begun.map(({ message }) => message))
    const readable = messages.filter(message => isReadable(message, standingFor(reader.person.id, message, now)))
    const headings = await tx.messages.headings(readable)
    return begun.map(({ message, savedAt }) => ({ message, savedAt, subject: headings.get(message)?.subject ?? null }))
  })
}

/**
 * Keeps what somebody has written so far, and files they chose: they come once, and wait sealed. Resolves when it is durable. Nothing is
 * too long or too late to be kept.
 *
 * @throws PortalError `not_found`; `invalid`, `too_large` for files; `conflict` when the words were changed elsewhere since: then files are
 * kept, and words are not.
 */
export async function saveDraft(
  { store, clock }: StoreAndClock,
  visitor: Visitor,
  id: string,
  change: DraftChange,
): Promise<DraftView> {
  const reader = requireReader(visitor)
  const text = change.text?.replace(/\r\n?/g, '\n')
  if (text !== undefined && text.length > MAX_DRAFT_TEXT) throw new PortalError('too_large', 'This text is too long to be kept.')
  checkFiles(change.files)
  await store.read(tx => draftable(tx, reader, id))
  const staged: StagedFile[] = []
  for (const file of change.files) staged.push(await staging({ store, clock }, reader, file))
  const { draft, isOlder } = await store.transaction(async tx => {
    const now = clock()
    const message = await draftable(tx, reader, id)
    const before = (await ownDraft(tx, reader, id)) ?? freshDraft(message, now)
    const isSame = text === undefined || text === before.text
    const isOlder = !isSame && before.text !== '' && change.version !== before.version
    const words = isSame || isOlder ? {} : { text, version: newSecret() }
    // Who saves has seen what was typed after their session had ended: it stood in the box.
    const aside = text === undefined || isOlder ? before.aside : null
    await tx.drafts.put({ ...before, ...words, aside, savedAt: now })
    for (const file of change.removed) await tx.drafts.removeFile(before, file)
    await addFiles(tx, before, staged, change.removed)
    return { draft: (await tx.drafts.find(id))!, isOlder }
  })
  if (isOlder) throw changedMeanwhile()
  return draftView(draft)
}

/** One that is there already came twice, with a form that was sent twice. */
async function addFiles(tx: Tx, before: Draft, staged: StagedFile[], removed: string[]): Promise<void> {
  const present = before.files.filter(({ id }) => !removed.includes(id))
  for (const file of staged) {
    if (present.some(({ name, digest }) => name === file.name && digest === file.digest)) {
      await tx.stagedFiles.discard(file.id)
      continue
    }
    await tx.drafts.addFile(before, file.id)
    present.push(file)
  }
  if (present.length > ANSWER_LIMITS.files) throw tooManyFiles()
  if (present.reduce((sum, { size }) => sum + size, 0) > ANSWER_LIMITS.fileBytes) throw filesTooLarge()
}

/** Before any of it is kept. */
function checkFiles(files: FileUpload[]): void {
  if (files.length > ANSWER_LIMITS.files) throw tooManyFiles()
  if (files.reduce((sum, { bytes }) => sum + bytes.length, 0) > ANSWER_LIMITS.fileBytes) throw filesTooLarge()
  const problem = files.map(({ name }) => fileNameProblem(composed(name), LIMITS.fileName)).find(one => one !== null)
  if (problem !== undefined)
    throw new PortalError('invalid', 'This file cannot be sent.', { fields: [{ field: 'files', problem }] })
}

/** Some devices send letters and their marks apart. What is no name is left as it is: many marks together take as long as their square. */
const composed = (name: string): string => (name.length > 4 * LIMITS.fileName ? name : name.normalize('NFC'))

const tooManyFiles = (): PortalError => {
  const fields = [{ field: 'files', problem: `Choose at most ${ANSWER_LIMITS.files} files.` }]
  return new PortalError('invalid', 'There are too many files.', { fields })
}
const filesTooLarge = (): PortalError => {
  const fields = [{ field: 'files', problem: 'Your files may hold at most 20 MB together.' }]
  return new PortalError('too_large', 'Your files may hold at most 20 MB together.', { fields })
}

async function staging({ store, clock }: StoreAndClock, { person }: Reader, { name, bytes }: FileUpload): Promise<StagedFile> {
  const type = await typeOf(bytes, name)
  const file = { name: composed(name), type, by: person, at: clock() }
  return store.stageFile(file, inPieces(bytes))
}

/**
 * Whether what was begun could be sent as it is.
 *
 * @throws PortalError `invalid` with what is wrong; `not_found`, `expired`, `retracted`, `gone`, `forbidden` when it cannot be sent at all.
 */
export async function checkDraft(parts: StoreAndClock, visitor: Visitor, id: string): Promise<void> {
  const { window, draft } = await viewAnswer(parts, visitor, id)
  if (window === 'not_allowed') throw new PortalError('forbidden', 'The sender takes no answers to this message.')
  if (window !== 'open') throw refusal(window)
  // As an empty field of any form is told of.
  const isEmpty = draft === null || draft.text.trim() === ''
  const fields: FieldError[] = isEmpty ? [{ field: 'text', problem: 'Fill in this field.' }] : answerProblems(draft.text)
  if (fields.length > 0) throw new PortalError('invalid', 'Your answer cannot be sent like this yet.', { fields })
}

/** Destroys what was begun; nothing happens where there is nothing. */
export async function forgetDraft({ store }: Pick<Parts, 'store'>, visitor: Visitor, id: string): Promise<void> {
  const reader = requireReader(visitor)
  await store.transaction(async tx => {
    if ((await ownDraft(tx, reader, id)) !== null) await tx.drafts.remove(id)
  })
}

const FORGOTTEN_AT_ONCE = 50

/**
 * Destroys drafts that nobody has touched for thirty days. A hold keeps what was sent, and no draft: it never became part of a record.
 * Not by a clock that cannot be believed.
 *
 * @returns how many.
 */
export async function forgetDrafts({ store, clock, log }: Pick<Parts, 'store' | 'clock' | 'log'>): Promise<number> {
  const now = clock()
  const due = await store.read(tx => tx.drafts.lastSavedBefore(now - DRAFT_KEPT, FORGOTTEN_AT_ONCE))
  if (due.length === 0) return 0
  const doubt = await doubtAbout(now, store)
  if (doubt !== null) {
    log.warn('drafts.kept', { reason: doubt })
    return 0
  }
  return store.transaction(async tx => {
    let count = 0
    for (const message of await tx.drafts.lastSavedBefore(now - DRAFT_KEPT, FORGOTTEN_AT_ONCE)) {
      if (await tx.drafts.remove(message)) count++
    }
    return count
  })
}
