import { awaitsConfirmation, isReadable, type Message, type Standing, standingFor } from './message.ts'
import type { Person } from './reader.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import type { MessageLine } from './views.ts'

/** Stands for the subject of an answer to something that may no longer be read: the answer would quote it. */
export const COVERED_SUBJECT = 'Re: …'

/** Messages as lines of their reader's list, in the order given, without those that are not there for them. Headings come in one go. */
export async function messageLines(tx: Tx, person: Person, messages: Message[], now: Instant): Promise<MessageLine[]> {
  const recipient = person.recipient.id
  const standings = new Map(messages.map(message => [message.id, standingFor(recipient, message, now)]))
  const named = messages.filter(message => namesSender(message, standings.get(message.id)!, person))
  const headings = await tx.messages.headings(named)
  const covered = await coveredAnswers(tx, recipient, messages, now)
  return messages.flatMap(message => {
    const standing = standings.get(message.id)!
    if (standing === 'absent') return []
    const heading = headings.get(message.id)
    const subject = covered.has(message.id) ? COVERED_SUBJECT : (heading?.subject ?? null)
    return {
      id: message.id,
      direction: message.direction,
      subject: standing === 'waiting' || standing === 'opened' ? subject : null,
      from: heading?.from.name ?? person.organization.name,
      organization: person.organization.name,
      // Whether the clinic has opened an answer is not told to its writer: to them it is simply there.
      state: isReadable(message, standing) ? 'opened' : standing,
      isNew: message.direction === 'to_recipient' && standing === 'waiting',
      attachmentCount: message.attachmentCount,
      createdAt: message.createdAt,
      expiresAt: message.expiresAt,
    }
  })
}

/**
 * Whether the sender's display name may be shown. A tombstone names the organization alone: who wrote it went back with the message, or
 * was destroyed with it. The name of a doctor can say as much as a subject, so it waits for the sender's check too.
 */
export function namesSender(message: Message, standing: Standing, { recipient }: Person): boolean {
  if (standing === 'waiting' && awaitsConfirmation(message, recipient)) return false
  return standing === 'waiting' || standing === 'opened' || standing === 'expired'
}

/** Ids of those among these messages that answer something this recipient may no longer read. */
export async function coveredAnswers(tx: Tx, recipient: string, messages: Message[], now: Instant): Promise<Set<string>> {
  const answers = messages.filter(message => message.direction === 'reply' && message.inReplyTo !== null)
  if (answers.length === 0) return new Set()
  const originals = await tx.messages.findMany([...new Set(answers.map(answer => answer.inReplyTo!))])
  const readable = new Set(originals.filter(one => isReadable(one, standingFor(recipient, one, now))).map(one => one.id))
  return new Set(answers.filter(answer => !readable.has(answer.inReplyTo!)).map(answer => answer.id))
}
