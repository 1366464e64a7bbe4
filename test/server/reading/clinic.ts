import { onTestFinished } from 'vitest'
import type { Asking } from '../../../server/asking.ts'
import type { DepositMessage, DepositRequest } from '../../../server/deposit-request.ts'
import { composeDeposit, deposit } from '../../../server/depositing.ts'
import { newId, newSecret } from '../../../server/ids.ts'
import type { Message } from '../../../server/message.ts'
import type { Letter } from '../../../server/outbox.ts'
import type { Parts } from '../../../server/parts.ts'
import { RECEIPT_STAGES, type Receipt } from '../../../server/receipt.ts'
import { SCOPES } from '../../../server/sender.ts'
import type { PersonRef } from '../../../server/sign-in/store.ts'
import type { Reader, Staff, Visitor } from '../../../server/sign-in/visitor.ts'
import type { Role } from '../../../server/staff.ts'
import type { Store, Tx } from '../../../server/store.ts'
import { days } from '../../../server/time.ts'
import { decodeEntry, type Entry } from '../../../server/trail/entry.ts'
import { type HandClock, handClock } from '../../support/clock.ts'
import { type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'

export type ReadingParts = Pick<Parts, 'store' | 'clock' | 'settings' | 'sanitizer' | 'wakeOutbox'>

/** Two organizations on real storage, their people signed in, and what the use cases need. Removed when the test ends. */
export interface Clinic {
  parts: ReadingParts
  store: Store
  storage: TemporaryStorage
  clock: HandClock
  /** How often the outbox was woken. */
  woken(): number
  north: House
  south: House
  /** Patients of the North Clinic. */
  ada: Reader
  ben: Reader
  /** Deposits a message for Ada, or for everybody who is named, by Dr. Cole unless said otherwise; one message for each of them. */
  deposits(more?: DepositOrder): Promise<Message[]>
  /** The same for one recipient; says the message's id. */
  sends(subject: string, more?: DepositOrder): Promise<string>
  message(id: string): Promise<Message>
  entriesOf(object: string): Promise<Entry[]>
  entryCount(): Promise<number>
  stagesOf(message: string): Promise<string[]>
  lettersAbout(message: string): Promise<Omit<Letter, 'content'>[]>
}

/** One organization's people and its system. */
export interface House {
  organization: string
  drCole: Staff
  drReed: Staff
  officer: Staff
  administrator: Staff
  lab: Extract<Asking, { client: unknown }>
}

export type DepositOrder = Partial<Omit<DepositRequest, 'recipients' | 'content'>> & {
  message?: Partial<DepositMessage>
  to?: { name: string; email: string }[]
  activation?: DepositRequest['recipients'][number]['activation']
  by?: Asking
}

export const ADA = { name: 'Ada Lopez', email: 'ada@example.com' }
export const BEN = { name: 'Ben Ito', email: 'ben@example.com' }

export async function clinic(): Promise<Clinic> {
  const clock = handClock()
  const storage = await temporaryStorage({ now: clock.read() })
  onTestFinished(() => storage.remove())
  const { store } = storage
  let woken = 0
  const parts: ReadingParts = {
    store,
    clock: clock.read,
    settings: {
      origin: 'https://portal.example',
      environment: 'production',
      mailFrom: 'post@portal.example',
      trailName: 'portal.example/trail',
    },
    sanitizer: { clean: async html => html, close: async () => undefined },
    wakeOutbox: () => {
      woken += 1
    },
  }
  const north = await house(parts, 'North Clinic')
  const south = await house(parts, 'South Hospital')

  async function deposits({ message = {}, to = [ADA], activation = null, by, ...rules }: DepositOrder = {}): Promise<Message[]> {
    clock.advance(1) // so that the newest is the last
    const asking = by ?? { staff: north.drCole }
    const recipients = to.map(person => ({ ...person, language: 'en', activation }))
    const content = { kind: 'message' as const, message: { ...MESSAGE, ...message } }
    const request: DepositRequest = { ...RULES, ...rules, recipients, content }
    const { id } =
      'staff' in asking
        ? await composeDeposit(parts, asking.staff, request)
        : await deposit(parts, asking.client, request, { key: newSecret(), bodyHash: 'a body' })
    return store.read(tx => tx.messages.ofDeposits([id]))
  }

  return {
    parts,
    store,
    storage,
    clock,
    woken: () => woken,
    north,
    south,
    ada: await patient(parts, north, ADA),
    ben: await patient(parts, north, BEN),
    deposits,
    sends: async (subject, more = {}) => (await deposits({ ...more, message: { ...more.message, subject } }))[0]!.id,
    message: id => store.read(async tx => (await tx.messages.find(id))!),
    entriesOf: async object => (await allEntries(store)).filter(entry => entry.object === object),
    entryCount: async () => (await allEntries(store)).length,
    stagesOf: async id => {
      const receipts = await store.read(tx => tx.receipts.ofMessages([id]))
      return receipts.sort((a, b) => a.at - b.at || stageNumber(a) - stageNumber(b)).map(receipt => receipt.stage)
    },
    lettersAbout: id => store.read(tx => tx.outbox.ofMessages([id])),
  }
}

/** Where the clock stands still, what comes first is told by the order of the stages. */
const stageNumber = ({ stage }: Receipt): number => RECEIPT_STAGES.indexOf(stage)

const MESSAGE: DepositMessage = {
  from: null,
  subject: 'Result',
  text: 'All is well.',
  html: null,
  language: 'en',
  attachments: [],
}

const RULES: Omit<DepositRequest, 'recipients' | 'content'> = {
  expiresAt: null,
  retention: null,
  replyAllowed: true,
  confidential: false,
  thread: null,
  reference: null,
  fallbackReason: null,
}

/** The expiry a deposit gets when it names none. */
export const USUAL_EXPIRY = days(30)

async function house({ store, clock }: ReadingParts, name: string): Promise<House> {
  const now = clock()
  const organization = newId('org', now)
  const about = { phone: '+1 555 0100', timeZone: 'America/New_York', namedInNotices: true, createdAt: now }
  await store.transaction(tx => tx.organizations.add({ id: organization, name, ...about }))
  const member = async (called: string, role: Role): Promise<Staff> => {
    const id = newId('stf', now)
    const address = `${called.toLowerCase().replace(/\W+/g, '.')}@${name.toLowerCase().replace(/\W+/g, '-')}.example.com`
    await store.transaction(tx =>
      tx.staff.add({ id, organization, address, name: called, role, createdAt: now, disabledAt: null }),
    )
    return { ...visitor({ kind: 'staff', id, organization }, called, now), role } as Staff
  }
  const client = { id: newId('cli', now), organization, name: 'Laboratory', scopes: [...SCOPES] }
  const times = { createdAt: now, expiresAt: null, revokedAt: null }
  await store.transaction(tx => tx.clients.add({ ...client, ...times }, { apiKeyHash: newSecret(), secretHash: newSecret() }))
  return {
    organization,
    drCole: await member('Dr. Cole', 'provider'),
    drReed: await member('Dr. Reed', 'provider'),
    officer: await member('Kim Park', 'compliance'),
    administrator: await member('Lee Stone', 'administrator'),
    lab: { client: { client: { ...client, ...times }, scopes: [...SCOPES] } },
  }
}

async function patient({ store, clock }: ReadingParts, { organization }: House, { name, email }: typeof ADA): Promise<Reader> {
  const now = clock()
  const id = newId('rcp', now)
  const settings = { language: 'en', timeZone: null, createdAt: now, confirmedAt: null }
  await store.transaction(tx => tx.recipients.add({ id, organization, address: email, name, ...settings }))
  return visitor({ kind: 'recipient', id, organization }, name, now) as Reader
}

function visitor(person: PersonRef, name: string, now: number): Visitor {
  const session = { session: newId('ses', now), tokenHash: newSecret(), signedInAt: now }
  const spokenTo = { language: 'en', choseLanguage: false, timeZone: 'America/New_York', display: null }
  return { ...session, person, level: 'full', method: 'passkey', role: null, name, ...spokenTo }
}

/** Somebody who has proven only their mailbox; the types would not let them in, so the use cases are asked. */
export const onlyMailbox = <V extends Visitor>(visitor: V): V => ({ ...visitor, level: 'mailbox', method: 'mailbox_code' })

async function allEntries(store: Store): Promise<Entry[]> {
  const rows = await store.read(tx => tx.trail.entries(0, 10_000))
  return rows.map(row => decodeEntry(row.bytes))
}

/** The same store, but no entry can be added to its trail any more. */
export const withoutTrail = (store: Store): Store => ({
  ...store,
  transaction: work =>
    store.transaction(tx =>
      work(instead(tx, { trail: { ...tx.trail, append: () => Promise.reject(new Error('no space left')) } })),
    ),
})

/** The same transaction with other nouns in the place of some. (`{ ...tx }` copies none: they are its prototype's.) */
export const instead = (tx: Tx, nouns: Partial<Tx>): Tx => Object.create(tx, Object.getOwnPropertyDescriptors(nouns)) as Tx

/** The same store, with something that happens just before its next transaction begins. */
export function justBefore(store: Store, happening: () => Promise<unknown>): Store {
  let todo: (() => Promise<unknown>) | null = happening
  return {
    ...store,
    async transaction(work) {
      const first = todo
      todo = null
      await first?.()
      return store.transaction(work)
    },
  }
}

/** The same store, with something that happens just after its next transaction is durable. */
export function justAfter(store: Store, happening: () => Promise<unknown>): Store {
  let todo: (() => Promise<unknown>) | null = happening
  return {
    ...store,
    async transaction(work) {
      const result = await store.transaction(work)
      const next = todo
      todo = null
      await next?.()
      return result
    },
  }
}

/** What it was refused with: code, sentence and fields, all that anybody outside can tell refusals apart by. */
export async function refusalOf(asked: Promise<unknown>): Promise<{ code: unknown; sentence: string; fields: unknown }> {
  const error = await asked.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason as Error,
  )
  const { code, fields } = error as Error & { code?: unknown; fields?: unknown }
  return { code, sentence: error.message, fields }
}
