import { normalizeActivationAnswer } from './activation.ts'
import { normalizeAddress } from './address.ts'
import { type Asking, senderRef } from './asking.ts'
import type { Deposit } from './deposit.ts'
import { depositAnswer } from './deposit-answer.ts'
import { committedText, type ReadyContent } from './deposit-content.ts'
import type { DepositRecipient, DepositRequest } from './deposit-request.ts'
import { PortalError } from './errors.ts'
import { newId, newSecret } from './ids.ts'
import { newLetter } from './letters/letter.ts'
import type { Message } from './message.ts'
import { firstNoticeAt } from './notice.ts'
import type { Once } from './once.ts'
import type { Organization } from './organization.ts'
import { askingActor } from './own-deposit.ts'
import type { Settings } from './parts.ts'
import { languageTag } from './plain-text.ts'
import type { Recipient } from './recipient.ts'
import { DEFAULT_RETENTION, isRetentionClass, retainUntil } from './retention.ts'
import type { Tx } from './store.ts'
import { days, type Instant, toIso } from './time.ts'
import { commitment, record } from './trail/entry.ts'

const DEFAULT_EXPIRY = days(30)
const DEFAULT_LANGUAGE = 'en'

/** Everything about a deposit that is decided before its transaction begins. */
export interface Keeping {
  sender: Asking
  request: DepositRequest
  ready: ReadyContent
  now: Instant
  settings: Pick<Settings, 'origin'>
  idempotency: Once | null
  inReplyTo: string | null
}

/** Where a notice about a message leads, and to whom it goes. */
export interface Noticed {
  message: Pick<Message, 'id' | 'organization' | 'expiresAt'>
  recipient: Recipient
  organization: Organization
  locator: string
}

/**
 * Writes a deposit: recipients, messages, attachments, notices and trail, as a whole.
 *
 * @returns the deposit's id, and the API's answer as JSON text.
 */
export async function keepDeposit(tx: Tx, keeping: Keeping): Promise<{ id: string; answer: string }> {
  const { request, now } = keeping
  const { organization: organizationId } = senderRef(keeping.sender)
  const everybody = knownAmong(tx, organizationId, request.recipients)
  const organization = await tx.organizations.find(organizationId)
  if (organization === null) throw new PortalError('unauthorized', 'This organization is no longer here.')
  const people: { wanted: DepositRecipient; recipient: Recipient }[] = []
  for (const [at, known] of (await everybody).entries()) {
    const wanted = request.recipients[at]!
    const recipient = known ?? (await newRecipient(tx, keeping, organization, wanted))
    people.push({ wanted, recipient: await spokenTo(tx, keeping, recipient, wanted) })
  }
  const thread = await threadFor(
    tx,
    keeping,
    people.map(({ recipient }) => recipient.id),
  )
  const expiresAt = request.expiresAt ?? now + DEFAULT_EXPIRY
  const ids = idsInOrder('msg', people.length, now)
  const messages = people.map((person, i) => ({ id: ids[i]!, ...person }))
  const deposit = depositOf(keeping, thread)
  const answer = JSON.stringify(
    depositAnswer({
      ...deposit,
      messages: messages.map(({ id, recipient }) => ({
        id,
        recipient: recipient.address,
        state: 'waiting',
        expiresAt,
        receipts: [],
      })),
    }),
  )
  await tx.deposits.add({ ...deposit, idempotency: keeping.idempotency && { ...keeping.idempotency, answer } })
  for (const one of messages) await keepMessage(tx, keeping, { ...one, deposit, organization, expiresAt })
  for (const file of keeping.ready.files) if ('staged' in file) await tx.stagedFiles.claim(file.staged)
  return { id: deposit.id, answer }
}

function depositOf({ sender, request, now }: Keeping, thread: string): Deposit {
  const { organization } = senderRef(sender)
  const { reference, fallbackReason } = request
  const retention = request.retention ?? DEFAULT_RETENTION
  const id = newId('dep', now)
  return {
    id,
    sender: senderRef(sender),
    organization,
    reference,
    thread,
    retention,
    fallbackReason,
    createdAt: now,
    idempotency: null,
  }
}

/**
 * One address in one organization is one person, whoever writes to them; what they were called first stays. All are looked up together,
 * and together with whatever else is asked meanwhile: no address stands in a deposit twice.
 */
function knownAmong(tx: Tx, organization: string, wanted: readonly DepositRecipient[]): Promise<(Recipient | null)[]> {
  const people = Promise.all(wanted.map(({ email }) => tx.recipients.findInOrganization(organization, normalizeAddress(email)!)))
  people.catch(() => undefined) // told to whoever waits for it
  return people
}

async function newRecipient(tx: Tx, keeping: Keeping, organization: Organization, wanted: DepositRecipient): Promise<Recipient> {
  const { now, sender } = keeping
  const address = normalizeAddress(wanted.email)!
  const recipient = await tx.recipients.add({
    id: newId('rcp', now),
    organization: organization.id,
    address,
    name: wanted.name,
    language: languageSaid(keeping, wanted) ?? DEFAULT_LANGUAGE,
    createdAt: now,
    confirmedAt: null,
  })
  await record(tx, now, { ...askingActor(sender), action: 'recipient.added', object: recipient.id })
  return recipient
}

/** Somebody who has chosen no language is spoken to in the one their newest deposit says; what they chose, no sender changes. */
async function spokenTo(tx: Tx, keeping: Keeping, recipient: Recipient, wanted: DepositRecipient): Promise<Recipient> {
  const language = languageSaid(keeping, wanted)
  if (language === null || language === recipient.language || recipient.choseLanguage) return recipient
  await tx.recipients.prefer(recipient.id, { language })
  return { ...recipient, language }
}

/** What the deposit says of the language to speak to this recipient in; null where it says nothing. */
const languageSaid = ({ ready }: Keeping, { language }: DepositRecipient): string | null => {
  const said = language ?? ready.language
  return said === null ? null : languageTag(said)
}

/** A thread goes on only among the people who are in it: nobody is let into what others wrote each other. */
async function threadFor(tx: Tx, { request, now, sender }: Keeping, recipients: string[]): Promise<string> {
  if (request.thread === null) return newId('thr', now)
  const { organization } = senderRef(sender)
  const earlier = (await tx.messages.ofThread(request.thread)).filter(message => message.organization === organization)
  const inside = new Set(earlier.map(message => message.recipient))
  if (recipients.every(recipient => inside.has(recipient))) return request.thread
  const fields = [{ field: '/thread', problem: 'There is no such thread with these recipients.' }]
  throw new PortalError('invalid', 'Some fields of the deposit are not right.', { fields })
}

/** Ids of one moment come in no order; lists are sorted by id, and people expect what they sent in the order they sent it. */
const idsInOrder = (prefix: 'msg' | 'att', count: number, now: Instant): string[] =>
  Array.from({ length: count }, () => newId(prefix, now)).sort()

interface Placed {
  id: string
  wanted: DepositRecipient
  recipient: Recipient
  deposit: Deposit
  organization: Organization
  expiresAt: Instant
}

async function keepMessage(
  tx: Tx,
  keeping: Keeping,
  { id, wanted, recipient, deposit, organization, expiresAt }: Placed,
): Promise<void> {
  const { request, ready, now, sender } = keeping
  const locator = newSecret()
  const content = { ...ready.content, from: ready.content.from ?? { name: senderName(sender) } }
  const bound = commitment(committedText(content, ready.files))
  const message = {
    id,
    organization: organization.id,
    deposit: deposit.id,
    thread: deposit.thread,
    direction: 'to_recipient' as const,
    recipient: recipient.id,
    sender: deposit.sender,
    inReplyTo: keeping.inReplyTo,
    state: 'waiting' as const,
    createdAt: now,
    expiresAt,
    retainUntil: retainUntil(isRetentionClass(deposit.retention) ? deposit.retention : DEFAULT_RETENTION, now, expiresAt),
    replyAllowed: request.replyAllowed,
    confidential: request.confidential,
    needsConfirmation: wanted.activation?.kind ?? null,
    attachmentCount: ready.files.length,
    locator,
    activationAnswer: wanted.activation && normalizeActivationAnswer(wanted.activation),
    form: null, // the deposit as a whole is made once
  }
  await tx.messages.add(message, { ...content, commitmentSalt: Buffer.from(bound.salt).toString('base64url') })
  await record(tx, now, {
    ...askingActor(sender),
    action: 'message.deposited',
    object: id,
    revision: 1,
    detail: { deposit: deposit.id, recipient: recipient.id, attachments: ready.files.length },
    commitments: { content: bound.digest },
  })
  const fileIds = idsInOrder('att', ready.files.length, now)
  for (const [i, file] of ready.files.entries()) {
    const place = { message: id, organization: organization.id, recipient: recipient.id }
    const attachment = { id: fileIds[i]!, ...place, name: file.name, type: file.type }
    if ('staged' in file) await tx.attachments.addStaged({ ...attachment, size: file.size }, file.staged)
    else await tx.attachments.add({ ...attachment, size: file.bytes.length }, file.bytes)
  }
  // What would only be held back then is not due before.
  const dueAt = recipient.createdAt === now ? now : await firstNoticeAt(tx, recipient.id, now)
  await queueNotice(tx, keeping, { message, recipient, organization, locator }, { dueAt })
}

/**
 * Puts the letter that says "a message waits" into the outbox, or the one that says it can be read again. It names nobody but, where that
 * is allowed, the organization.
 */
export async function queueNotice(
  tx: Tx,
  { now, settings, sender }: Pick<Keeping, 'now' | 'settings' | 'sender'>,
  { message, recipient, organization, locator }: Noticed,
  { kind = 'notice', dueAt = now }: { kind?: 'notice' | 'more_time_given'; dueAt?: Instant } = {},
): Promise<void> {
  const letter = newLetter(
    kind,
    {
      organization: organization.id,
      message: message.id,
      recipient: recipient.id,
      to: recipient.address,
      language: recipient.language,
      values: {
        locator,
        organization: organization.namedInNotices ? organization.name : '',
        phone: organization.phone,
        until: toIso(message.expiresAt),
        timeZone: recipient.timeZone ?? organization.timeZone,
      },
    },
    now,
    settings,
  )
  await tx.outbox.add({ ...letter, nextAttemptAt: dueAt })
  const detail = { letter: letter.id, ...(kind !== 'notice' && { kind }) }
  await record(tx, now, { ...askingActor(sender), action: 'notice.queued', object: message.id, detail })
}

const senderName = (sender: Asking): string => ('client' in sender ? sender.client.client.name : sender.staff.name)
