import { newId, newSecret } from '../../server/ids.ts'
import type { Store } from '../../server/store.ts'
import { days, type Instant } from '../../server/time.ts'
import { record } from '../../server/trail/entry.ts'
import type { Progress } from './paired.ts'

const BATCH = 500

/** Where messages of a bench come from and go to. */
interface Between {
  organization: string
  client: string
  deposit: string
  recipient: string
}

/**
 * Puts messages into a mailbox as deposits would, only many in one transaction, and without letters: those of old messages have been
 * sent long ago.
 *
 * @param tick - the moment of the next message.
 */
export async function fill(store: Store, between: Between, size: number, tick: () => Instant, progress: Progress): Promise<void> {
  const { organization, client, deposit, recipient } = between
  for (let made = 0; made < size; made += BATCH) {
    await store.transaction(async tx => {
      for (let number = made; number < Math.min(size, made + BATCH); number++) {
        const now = tick()
        const id = newId('msg', now)
        const message = {
          ...{ id, organization, deposit, thread: newId('thr', now), inReplyTo: null, recipient },
          ...{ sender: { kind: 'client' as const, id: client, organization } },
          ...{ direction: 'to_recipient' as const, state: 'waiting' as const },
          ...{ createdAt: now, expiresAt: now + days(30), retainUntil: now + days(3_000), replyAllowed: true },
          ...{ confidential: false, needsConfirmation: null, attachmentCount: 0, activationAnswer: null, form: null },
          locator: newSecret(),
        }
        const content = { subject: `Result ${number}`, from: { name: 'Dr. Cole' }, text: 'Well.', html: null, language: 'en' }
        await tx.messages.add(message, { ...content, commitmentSalt: newSecret() })
        const actor = { kind: 'client' as const, id: client }
        await record(tx, now, { organization, actor, action: 'message.deposited', object: id, revision: 1 })
      }
    })
    progress(Math.min(1, (made + BATCH) / size))
  }
}
