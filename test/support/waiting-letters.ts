import { newId, newSecret } from '../../server/ids.ts'
import { type LetterOrder, newLetter } from '../../server/letters/letter.ts'
import type { Mail, Mailer } from '../../server/mailer.ts'
import type { Message } from '../../server/message.ts'
import type { LetterKind, NewLetter } from '../../server/outbox.ts'
import type { Parts } from '../../server/parts.ts'
import type { Store } from '../../server/store.ts'
import { days, type Instant, toIso } from '../../server/time.ts'
import { record } from '../../server/trail/entry.ts'
import { NEW_YEAR, type TemporaryStorage, temporaryStorage } from './storage.ts'

const SETTINGS = {
  origin: 'https://portal.example',
  environment: 'development' as const,
  mailFrom: 'Restante <notices@portal.example>',
  trailName: 'portal.example/restante-trail',
}

/** What a scripted mail service does with the next letters, in turn; `sent` when nothing is said. */
export type Fate = Awaited<ReturnType<Mailer['send']>>['outcome'] | ((mail: Mail) => Promise<void>)

export interface LetterWorld {
  parts: Parts
  storage: TemporaryStorage
  store: Store
  organization: string
  /** Sets the clock forward by so many milliseconds. */
  later(milliseconds: number): void
  now(): Instant
  /** Every mail that was handed off, whatever became of it. */
  handed: Mail[]
  /** Says what becomes of the next hand-offs. */
  fates: Fate[]
  /** A message that waits for this address, with its notice in the outbox. */
  waiting(address?: string, more?: { expiresAt?: Instant; organizationName?: string }): Promise<Waiting>
  notice(waiting: Pick<Waiting, 'message' | 'recipient'>): Promise<NewLetter>
  letter<K extends LetterKind>(kind: K, order: Omit<LetterOrder<K>, 'organization'>): Promise<NewLetter>
  /** `noticed`, `notice_bounced`… of a message, in order. */
  stages(message: string): Promise<string[]>
  /** Actions of the trail about an object, in order. */
  entries(object: string): Promise<string[]>
  stateOf(letter: { id: string }): Promise<{ state: string; attempts: number; nextAttemptAt: Instant; lastAnswer: string | null }>
  remove(): Promise<void>
}

export interface Waiting {
  message: string
  recipient: { id: string; address: string }
  locator: string
  letter: NewLetter
}

/** A clinic, real storage, a hand-set clock and a mail service that does as it is told. */
export async function letterWorld(options: { mailer?: Mailer; namedInNotices?: boolean } = {}): Promise<LetterWorld> {
  const storage = await temporaryStorage()
  let at = NEW_YEAR
  const handed: Mail[] = []
  const fates: Fate[] = []
  const organization = newId('org', at)
  await storage.store.transaction(tx =>
    tx.organizations.add({
      id: organization,
      name: 'North Clinic',
      phone: '+1 555 0100',
      timeZone: 'America/New_York',
      namedInNotices: options.namedInNotices ?? true,
      createdAt: at,
    }),
  )

  const scripted: Mailer = {
    async send(mail) {
      handed.push(mail)
      const fate = fates.shift() ?? 'sent'
      if (typeof fate !== 'string') await fate(mail)
      return { outcome: typeof fate === 'string' ? fate : 'sent', answer: '250 taken' }
    },
    reachable: async () => true,
    close: async () => undefined,
  }

  const parts: Parts = {
    store: storage.store,
    mailer: options.mailer ?? scripted,
    clock: () => at,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    settings: SETTINGS,
    passphrases: unused('passphrases'),
    sanitizer: unused('sanitizer'),
    checkpointHistory: unused('checkpointHistory'),
    endings: unused('endings'),
    wakeOutbox: () => undefined,
  }

  const world: LetterWorld = {
    parts,
    storage,
    store: storage.store,
    organization,
    handed,
    fates,
    now: () => at,
    later(milliseconds) {
      at += milliseconds
    },

    async waiting(address = 'ada@example.com', { expiresAt = at + days(30) } = {}) {
      const message = await keepMessage(world, address, expiresAt)
      return { ...message, letter: await world.notice(message) }
    },

    async notice({ message, recipient }) {
      const found = await storage.store.read(tx => tx.messages.find(message))
      return await world.letter('notice', {
        message,
        recipient: recipient.id,
        to: recipient.address,
        language: 'en',
        values: {
          locator: newSecret(),
          organization: 'North Clinic',
          phone: '+1 555 0100',
          until: toIso(found!.expiresAt),
          timeZone: 'America/New_York',
        },
      })
    },

    async letter(kind, order) {
      const letter = newLetter(kind, { ...order, organization }, at, SETTINGS)
      await storage.store.transaction(tx => tx.outbox.add(letter))
      return letter
    },

    stages: message => storage.store.read(async tx => (await tx.receipts.ofMessages([message])).map(({ stage }) => stage)),
    entries: object =>
      storage.store.read(async tx => {
        const rows = await tx.trail.list(organization, { object }, { limit: 100 })
        return rows.reverse().map(({ action }) => action)
      }),
    stateOf: ({ id }) =>
      storage.store.read(async tx => {
        const { state, attempts, nextAttemptAt, lastAnswer } = (await tx.outbox.find(id))!
        return { state, attempts, nextAttemptAt, lastAnswer }
      }),
    remove: () => storage.remove(),
  }
  return world
}

async function keepMessage(world: LetterWorld, address: string, expiresAt: Instant) {
  const { organization, store } = world
  const now = world.now()
  return await store.transaction(async tx => {
    const known = await tx.recipients.findInOrganization(organization, address)
    const recipient = known ?? {
      ...{ id: newId('rcp', now), organization, address, name: 'Ada Lopez', language: 'en', timeZone: null },
      ...{ createdAt: now, confirmedAt: null },
    }
    if (known === null) await tx.recipients.add(recipient)
    const sender = { kind: 'client' as const, id: newId('cli', now), organization }
    const [deposit, thread, message] = [newId('dep', now), newId('thr', now), newId('msg', now)]
    await tx.deposits.add({
      ...{ id: deposit, sender, organization, reference: null, thread, retention: 'clinical', fallbackReason: null },
      ...{ createdAt: now, idempotency: null },
    })
    const locator = newSecret()
    const whole: Omit<Message, 'revision' | 'openedAt' | 'retractedAt' | 'retractionReason' | 'tellRecipient' | 'hiddenAt'> = {
      ...{ id: message, organization, deposit, thread, direction: 'to_recipient', recipient: recipient.id, sender },
      ...{ inReplyTo: null, state: 'waiting', createdAt: now, expiresAt, retainUntil: now + days(2_000) },
      ...{ replyAllowed: true, confidential: false, needsConfirmation: null, attachmentCount: 0 },
    }
    const content = { subject: 'Result', from: { name: 'Dr. Cole' }, text: 'All is well.', html: null, language: 'en' }
    await tx.messages.add({ ...whole, locator, activationAnswer: null, form: null }, content)
    await record(tx, now, {
      ...{ organization, actor: { kind: 'client', id: sender.id }, action: 'message.deposited', object: message, revision: 1 },
    })
    return { message, recipient: { id: recipient.id, address }, locator }
  })
}

/** A part that a letter has nothing to do with. */
function unused<T extends object>(name: string): T {
  return new Proxy({} as T, {
    get() {
      throw new Error(`Sending letters uses ${name}, which it should not.`)
    },
  })
}
