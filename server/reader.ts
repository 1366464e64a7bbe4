import { type ErrorCode, PortalError } from './errors.ts'
import { isReadable, type Message, standingFor } from './message.ts'
import type { Organization } from './organization.ts'
import type { Recipient } from './recipient.ts'
import type { Level, Method } from './sign-in/store.ts'
import type { Reader, Visitor } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import type { Actor } from './trail/entry.ts'

/** What a reader's entries in the trail say of them. */
export function asActor(visitor: Visitor): { actor: Actor; level: Level; method: Method } {
  return { actor: { kind: visitor.person.kind, id: visitor.person.id }, level: visitor.level, method: visitor.method }
}

/** A recipient and the organization they are a patient of. */
export interface Person {
  recipient: Recipient
  organization: Organization
}

/** Who the session is for. @throws PortalError `sign_in_required` when there is nobody behind it. */
export async function personBehind(tx: Tx, reader: Reader): Promise<Person> {
  const { id, organization: of } = reader.person
  const [recipient, organization] = await Promise.all([tx.recipients.find(id), tx.organizations.find(of)])
  if (recipient === null || organization === null) throw new PortalError('sign_in_required', 'Please sign in again.')
  return { recipient, organization }
}

/**
 * A message of this reader's whose content they may see now.
 *
 * @throws PortalError `not_found` when it is not theirs, not there, or not opened yet; `expired`, `retracted`, `gone`.
 */
export async function readableMessage(tx: Tx, reader: Reader, id: string, now: Instant): Promise<Message> {
  const message = await tx.messages.find(id)
  const standing = standingFor(reader.person.id, message, now)
  if (message === null || standing === 'absent') throw refusal('not_found')
  if (isReadable(message, standing)) return message
  if (standing === 'expired' || standing === 'retracted') throw refusal(standing)
  throw refusal(standing === 'disposed' ? 'gone' : 'not_found')
}

/**
 * A message that was sent to this reader and is still there for them, read or not, expired or not.
 *
 * @throws PortalError `not_found` when it is not theirs, not there, or their own answer; `retracted`, `gone`.
 */
export async function receivedMessage(tx: Tx, reader: Reader, id: string, now: Instant) {
  const message = await tx.messages.find(id)
  const standing = standingFor(reader.person.id, message, now)
  if (message === null || message.direction === 'reply' || standing === 'absent') throw refusal('not_found')
  if (standing === 'retracted') throw refusal('retracted')
  if (standing === 'disposed') throw refusal('gone')
  return { message, standing }
}

const SENTENCES = {
  not_found: 'There is no such message.', // the same for what is not there and what is not yours
  expired: 'This message can no longer be read.',
  retracted: 'The sender took this message back.',
  gone: 'This message is no longer kept.',
  confirmation_required: 'Please confirm who you are first.',
} satisfies Partial<Record<ErrorCode, string>>

/** Why a message cannot be had, in the same words wherever it is asked for. */
export const refusal = (code: keyof typeof SENTENCES): PortalError => new PortalError(code, SENTENCES[code])
