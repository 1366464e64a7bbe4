import { DRAFT_KEPT, type Draft, mayKeepDraft } from './draft.ts'
import { PortalError } from './errors.ts'
import { newId, newSecret } from './ids.ts'
import type { Message } from './message.ts'
import { refusal } from './reader.ts'
import type { Reader } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import type { DraftView } from './views.ts'

/** The reader's own draft; null when there is none, or it is not theirs. */
export async function ownDraft(tx: Tx, reader: Reader, message: string): Promise<Draft | null> {
  const draft = await tx.drafts.find(message)
  return draft?.recipient === reader.person.id && draft.organization === reader.person.organization ? draft : null
}

/** @throws PortalError `not_found` for everything that this reader has not opened. */
export async function draftable(tx: Tx, reader: Reader, id: string): Promise<Message> {
  const message = await tx.messages.find(id)
  if (!mayKeepDraft(message, reader.person.id)) throw refusal('not_found')
  return message
}

/** A draft that holds nothing yet. */
export const freshDraft = ({ id, organization, recipient }: Message, now: Instant): Draft => ({
  ...{ id: newId('drf', now), message: id, organization, recipient, createdAt: now, savedAt: now },
  ...{ version: newSecret(), text: '', aside: null, files: [] },
})

export const draftView = ({ version, text, aside, savedAt, files }: Draft): DraftView => ({
  ...{ version, text, aside, savedAt, keptUntil: savedAt + DRAFT_KEPT },
  files: files.map(({ id, name, type, size }) => ({ id, name, type, size })),
})

/** It was changed since it was looked at, in another window or on another device. */
export const changedMeanwhile = (): PortalError => new PortalError('conflict', 'What you wrote has changed meanwhile.')
