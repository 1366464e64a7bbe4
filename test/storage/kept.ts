import type { Deposit } from '../../server/deposit.ts'
import { newId, newSecret } from '../../server/ids.ts'
import type { Attachment, Content, Message, MessageState, NewMessage } from '../../server/message.ts'
import type { Organization } from '../../server/organization.ts'
import type { NewLetter } from '../../server/outbox.ts'
import type { Recipient } from '../../server/recipient.ts'
import type { SenderRef } from '../../server/sender.ts'
import type { MessageChange, Store, Tx } from '../../server/store.ts'
import { days } from '../../server/time.ts'
import { appendLeaf, leafHash } from '../../server/trail/tree.ts'
import { NEW_YEAR } from '../support/storage.ts'

/** Something of every kind, plainly invented, ready to be kept. */

export const organizationNamed = (name: string): Organization => ({
  id: newId('org', NEW_YEAR),
  name,
  phone: '+1 555 0100',
  timeZone: 'America/New_York',
  namedInNotices: false,
  createdAt: NEW_YEAR,
})

export const recipientIn = (organization: string, address = 'ada@example.com', name = 'Ada Lopez'): Recipient => ({
  id: newId('rcp', NEW_YEAR),
  organization,
  address,
  name,
  language: 'es',
  choseLanguage: false,
  timeZone: null,
  display: null,
  wantsReminders: true,
  createdAt: NEW_YEAR,
  confirmedAt: null,
})

export const clientOf = (organization: string): SenderRef => ({ kind: 'client', id: newId('cli', NEW_YEAR), organization })

export const depositBy = (sender: SenderRef, more: Partial<Deposit> = {}): Deposit => ({
  id: newId('dep', NEW_YEAR),
  sender,
  organization: sender.organization,
  reference: null,
  thread: newId('thr', NEW_YEAR),
  retention: 'clinical',
  fallbackReason: null,
  createdAt: NEW_YEAR,
  idempotency: null,
  ...more,
})

export const messageFor = (recipient: Recipient, deposit: Deposit, more: Partial<NewMessage> = {}): NewMessage => ({
  id: newId('msg', NEW_YEAR),
  organization: recipient.organization,
  deposit: deposit.id,
  thread: deposit.thread,
  direction: 'to_recipient',
  recipient: recipient.id,
  sender: deposit.sender,
  inReplyTo: null,
  state: 'waiting',
  createdAt: NEW_YEAR,
  expiresAt: NEW_YEAR + days(30),
  retainUntil: NEW_YEAR + days(3650),
  replyAllowed: true,
  confidential: false,
  needsConfirmation: null,
  attachmentCount: 0,
  locator: newSecret(),
  activationAnswer: null,
  form: null,
  ...more,
})

export const CONTENT: Content = {
  subject: 'Your results',
  from: { name: 'Dr. Cole', email: 'cole@clinic.example' },
  text: 'All is well.',
  html: '<p>All is well.</p>',
  language: 'en',
}

const attachmentOf = (message: Pick<Message, 'id' | 'organization' | 'recipient'>, size: number): Attachment => ({
  id: newId('att', NEW_YEAR),
  message: message.id,
  organization: message.organization,
  recipient: message.recipient,
  name: 'report.pdf',
  type: 'application/pdf',
  size,
})

export const letterAbout = (
  message: Pick<Message, 'id' | 'organization' | 'recipient'>,
  more: Partial<NewLetter> = {},
): NewLetter => ({
  id: newId('out', NEW_YEAR),
  organization: message.organization,
  kind: 'notice',
  message: message.id,
  recipient: message.recipient,
  createdAt: NEW_YEAR,
  nextAttemptAt: NEW_YEAR,
  messageIdHeader: '<1@portal.example>',
  content: { to: 'ada@example.com', language: 'es', values: { locator: 'word' } },
  ...more,
})

/** Appends an entry that says which revision a message reached. */
export async function tell(tx: Tx, message: Pick<Message, 'id' | 'organization'>, revision: number | null): Promise<void> {
  const head = await tx.trail.head()
  const bytes = Buffer.from(JSON.stringify({ index: head.size, object: message.id, revision }))
  const leaf = leafHash(bytes)
  const entry = { index: head.size, at: NEW_YEAR, organization: message.organization, actor: 'portal', action: 'changed' }
  await tx.trail.append({ ...entry, object: message.id, revision, bytes, leafHash: leaf }, appendLeaf(head, leaf))
}

/** Moves a message and tells the trail, in the transaction at hand. */
export async function move(
  tx: Tx,
  id: string,
  from: MessageState[],
  to: MessageState,
  change: Partial<MessageChange> = {},
): Promise<Message | null> {
  const moved = await tx.messages.transition(id, from, to, { at: NEW_YEAR, ...change })
  if (moved) await tell(tx, moved, moved.revision)
  return moved
}

/** A clinic with one recipient and one deposit, and a way to keep messages of it. */
export async function clinic(store: Store, name = 'North Clinic', address = 'ada@example.com') {
  const organization = organizationNamed(name)
  const ada = recipientIn(organization.id, address)
  const sender = clientOf(organization.id)
  const deposit = depositBy(sender)
  await store.transaction(async tx => {
    await tx.organizations.add(organization)
    await tx.recipients.add(ada)
    await tx.deposits.add(deposit)
  })

  const keep = async (more: Partial<NewMessage> = {}, content: Content = CONTENT): Promise<NewMessage> => {
    const message = messageFor(ada, deposit, more)
    await store.transaction(async tx => {
      await tx.messages.add(message, content)
      await tell(tx, message, 1)
    })
    return message
  }

  const attach = async (message: NewMessage, content: Uint8Array, more: Partial<Attachment> = {}): Promise<Attachment> => {
    const attachment = { ...attachmentOf(message, content.length), ...more }
    await store.transaction(tx => tx.attachments.add(attachment, content))
    return attachment
  }

  return { organization, ada, sender, deposit, keep, attach }
}

/** The code of the refusal a promise ends in; fails when it does not, or in another error. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  throw error ?? new Error('It was not refused.')
}

/** All chunks of an attachment, put together. */
export async function wholeContent(store: Store, attachment: Attachment): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of store.attachmentContent(attachment)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
