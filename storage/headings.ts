import type { Content, Message } from '../server/message.ts'
import { messageOwner, place } from './message-rows.ts'
import type { SealedParts } from './sealed-parts.ts'

/** What is sealed together because it is asked for together, and of every message in a list. */
export interface Heading extends Pick<Content, 'subject' | 'from'> {
  /** The opaque word of its notice. */
  locator?: string | undefined
  /** Of the form it was sent with: tells a repetition from a mistake. */
  formBodyHash?: string | undefined
}

type Whose = Pick<Message, 'id' | 'organization' | 'recipient'>

/** Headings of messages. The first release sealed subject, sender, locator and the form's hash each apart; both are read. */
export function headingsIn(parts: SealedParts) {
  const apart = async (messages: readonly Whose[]) => {
    const subjects = await parts.getMany<string>(messages.map(message => place(message, 'subject')))
    const senders = await parts.getMany<Content['from']>(messages.map(message => place(message, 'from')))
    return messages.map(({ id }) => [id, { subject: subjects.get(id)!, from: senders.get(id)! }] as const)
  }

  /** @returns what a message sealed in its heading, or else, in the first release, apart; undefined after disposal. */
  const one = async <Name extends 'locator' | 'formBodyHash'>(message: Whose, name: Name, part: string) => {
    const sealed = await parts.of(messageOwner(message))
    const heading = await sealed.find<Heading>('heading')
    return heading ? heading[name] : sealed.find<string>(part)
  }

  return {
    add: (message: Whose, heading: Heading): Promise<void> => parts.add(place(message, 'heading'), heading),

    async many(messages: readonly Whose[]): Promise<Map<string, Pick<Content, 'subject' | 'from'>>> {
      const together = await parts.findMany<Heading>(messages.map(message => place(message, 'heading')))
      const older = await apart(messages.filter(({ id }) => !together.has(id)))
      return new Map([...[...together].map(([id, { subject, from }]) => [id, { subject, from }] as const), ...older])
    },

    locator: (message: Whose): Promise<string | undefined> => one(message, 'locator', 'locator'),
    formBodyHash: (message: Whose): Promise<string | undefined> => one(message, 'formBodyHash', 'form'),
  }
}
