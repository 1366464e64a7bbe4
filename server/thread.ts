import { LIMITS } from './deposit-request.ts'
import { type Message, standingFor } from './message.ts'
import { messageLines } from './message-line.ts'
import { personBehind } from './reader.ts'
import type { SenderRef } from './sender.ts'
import type { Reader } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import type { MessageLine } from './views.ts'

/**
 * The other messages of a thread that this reader may still read or open, oldest first. One deposit to several people is one thread:
 * what the others got or answered is left out.
 */
export async function readableThread(tx: Tx, reader: Reader, message: Message, now: Instant): Promise<MessageLine[]> {
  const others = await othersOfThread(tx, message)
  const readable = others.filter(one => {
    const standing = standingFor(reader.person.id, one, now)
    return standing === 'waiting' || standing === 'opened'
  })
  return readable.length === 0 ? [] : messageLines(tx, await personBehind(tx, reader), readable, now)
}

/** What one sender and one recipient wrote each other before and after this message, oldest first. */
export async function conversation(tx: Tx, sender: SenderRef, message: Message): Promise<Message[]> {
  const others = await othersOfThread(tx, message)
  return others.filter(
    one => one.recipient === message.recipient && one.sender.kind === sender.kind && one.sender.id === sender.id,
  )
}

async function othersOfThread(tx: Tx, message: Message): Promise<Message[]> {
  const others = await tx.messages.othersOfThread(message)
  const own = others.filter(one => one.organization === message.organization)
  return own.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
}

/** The subject of an answer: one `Re:`, however long the thread grows, and never too long to be deposited. */
export function answerSubject(subject: string): string {
  const bare = subject.replace(/^(?:re:\s*)+/i, '').trim()
  const whole = bare === '' ? 'Re:' : `Re: ${bare}`
  if (whole.length <= LIMITS.subject) return whole
  // Half a surrogate pair would be refused; the ellipsis takes the place of the last character that fits.
  return `${whole.slice(0, LIMITS.subject - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
