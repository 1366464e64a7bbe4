import { createHash } from 'node:crypto'
import { generate } from 'otplib'
import type { AuthenticatedClient } from '../../server/asking.ts'
import { createClient } from '../../server/client-credentials.ts'
import type { DepositMessage, DepositRecipient, DepositRequest } from '../../server/deposit-request.ts'
import { newId, newSecret } from '../../server/ids.ts'
import { createOrganization } from '../../server/new-organization.ts'
import type { Organization } from '../../server/organization.ts'
import type { Started, Undecided } from '../../server/portal.ts'
import { SCOPES } from '../../server/sender.ts'
import { hashToken } from '../../server/sign-in/token.ts'
import type { Reader, Staff, Visitor } from '../../server/sign-in/visitor.ts'
import type { Role } from '../../server/staff.ts'
import { days } from '../../server/time.ts'
import type { FileUpload, MessageLine, MessageView } from '../../server/views.ts'
import type { TestPortal } from './whole-portal.ts'

const PASSPHRASE = 'seven grey pigeons on a roof'

/** A clinic with a system that deposits for it, and whoever else the test calls. */
export interface Clinic extends TestPortal {
  organization: Organization
  /** The clinic's record system, as it proved itself to the API. */
  gateway: AuthenticatedClient
  /** How it proves itself. */
  apiKey: string
  /** Sends one message to these people; says which deposit and messages it made. */
  deposits(subject: string, to: Addressee[], more?: DepositChanges): Promise<Deposited>
  /** Someone whose address this is, who has not signed in yet. */
  patient(name: string, address?: string): Patient
  /** A member of staff, invited and signed in. */
  staff(name: string, role: Role): Promise<Staff>
}

type Addressee = { name: string; address: string; activation?: DepositRecipient['activation'] }
export type DepositChanges = Partial<Omit<DepositRequest, 'content' | 'recipients'>> & Partial<DepositMessage>
export interface Deposited {
  id: string
  messages: { id: string; recipient: string }[]
}

/** A clinic in this portal; several may share one. */
export async function clinicIn(portal: TestPortal, name = 'North Clinic', { namedInNotices = true } = {}): Promise<Clinic> {
  const phone = '+1 555 0100'
  const order = { name, phone, timeZone: 'America/New_York', namedInNotices }
  const organization = await createOrganization(portal.parts, order)
  const { apiKey } = await createClient(portal.parts, { organization: organization.id, name: 'Records', scopes: [...SCOPES] })
  const gateway = await portal.portal.authenticateClient(`Bearer ${apiKey}`)
  // Not a copy: after a restart the clinic has the new portal.
  const clinic: Clinic = Object.assign(Object.create(portal) as TestPortal, {
    organization,
    gateway,
    apiKey,
    async deposits(subject: string, to: Addressee[], more: DepositChanges = {}) {
      const request = depositRequest(subject, to, more)
      const bodyHash = createHash('sha256').update(JSON.stringify(request)).digest('base64url')
      const { answer } = await clinic.portal.deposit(gateway, request, { key: newSecret(), bodyHash })
      return JSON.parse(answer) as Deposited
    },
    patient: (called: string, address?: string) => patientOf(clinic, called, address ?? addressOf(called)),
    staff: (called: string, role: Role) => staffOf(clinic, called, role),
  })
  return clinic
}

/** A deposit as it would be asked for: one message, a month to read it, replies welcome. */
export function depositRequest(subject: string, to: Addressee[], more: DepositChanges = {}): DepositRequest {
  const {
    from = { name: 'Dr. Cole' },
    text = 'Everything is fine.',
    html = null,
    language = 'en',
    attachments = [],
    ...rest
  } = more
  return {
    recipients: to.map(({ name, address, activation = null }) => ({ email: address, name, language: null, activation })),
    content: { kind: 'message', message: { subject, from, text, html, language, attachments } },
    expiresAt: null,
    retention: null,
    replyAllowed: true,
    confidential: false,
    thread: null,
    reference: null,
    fallbackReason: null,
    ...rest,
  }
}

/** Someone who reads. What they do before they are signed in, signs them in. */
export interface Patient {
  name: string
  address: string
  /** Proves their mailbox the first time and chooses passphrase and printed codes; later signs in with those. */
  signsIn(): Promise<Reader>
  /** The printed codes that were not used yet. */
  printedCodes(): string[]
  /** Only the mailbox is proven. */
  provesMailbox(): Promise<Visitor>
  sees(): Promise<MessageLine[]>
  /** Looks without opening. */
  looksAt(subject: string): Promise<MessageView>
  /** Opens, and reads. */
  opens(subject: string): Promise<MessageView & { kind: 'message' }>
  replies(subject: string, text: string, files?: FileUpload[]): Promise<{ id: string }>
  /** The bytes of an attachment by its name. */
  fetches(subject: string, file: string): Promise<Buffer>
}

function patientOf(clinic: Clinic, name: string, address: string): Patient {
  let printedCodes: string[] = []
  let reader: Reader | null = null

  const provesMailbox = async (): Promise<Visitor> => {
    const { requestToken } = await clinic.portal.beginSignIn({ address })
    await clinic.portal.sendMailboxCode(requestToken)
    await clinic.deliver()
    const { sessionToken } = startedOf(await clinic.portal.enterMailboxCode(requestToken, clinic.mailbox.codeTo(address)))
    return visitorOf(clinic, sessionToken)
  }
  const enrols = async (): Promise<Reader> => {
    const visitor = await provesMailbox()
    await clinic.portal.choosePassphrase(visitor, PASSPHRASE)
    const enrolled = await clinic.portal.enrolPrintedCodes(visitor)
    printedCodes = enrolled.printedCodes
    const reader = (await visitorOf(clinic, enrolled.sessionToken)) as Reader
    await clinic.portal.keepPrintedCodes(reader)
    return reader
  }
  const signsInAgain = async (): Promise<Reader> => {
    const { requestToken } = await clinic.portal.beginSignIn({ address })
    await clinic.portal.enterPassphrase(requestToken, PASSPHRASE)
    const { sessionToken } = await clinic.portal.enterPrintedCode(requestToken, printedCodes.shift()!)
    return (await visitorOf(clinic, sessionToken)) as Reader
  }
  const signsIn = async () => {
    reader = printedCodes.length === 0 ? await enrols() : await signsInAgain()
    return reader
  }
  const asReader = async () => reader ?? (await signsIn())
  const idOf = async (subject: string) => {
    const { lines } = await clinic.portal.listMessages(await asReader(), { limit: 50 })
    const line = lines.find(one => one.subject === subject)
    if (line === undefined) throw new Error(`${name} sees no message “${subject}”.`)
    return line.id
  }
  const read = async (subject: string) => {
    const view = await clinic.portal.viewMessage(await asReader(), await idOf(subject))
    if (view.kind !== 'message') throw new Error(`“${subject}” is shown to ${name} as ${view.kind}.`)
    return view
  }
  return {
    name,
    address,
    signsIn,
    printedCodes: () => [...printedCodes],
    provesMailbox,
    sees: async () => (await clinic.portal.listMessages(await asReader(), { limit: 50 })).lines,
    looksAt: async subject => clinic.portal.viewMessage(await asReader(), await idOf(subject)),
    async opens(subject) {
      await clinic.portal.openMessage(await asReader(), await idOf(subject))
      return read(subject)
    },
    replies: async (subject, text, files = []) => clinic.portal.reply(await asReader(), await idOf(subject), { text, files }),
    async fetches(subject, file) {
      const { body, frame } = await read(subject)
      const attachment = body.attachments.find(one => one.name === file)
      if (attachment === undefined) throw new Error(`“${subject}” has no file ${file}.`)
      const { content } = await clinic.portal.fetchAttachment(await asReader(), frame.id, attachment.id)
      return Buffer.concat(await Array.fromAsync(content))
    },
  }
}

async function staffOf(clinic: Clinic, name: string, role: Role): Promise<Staff> {
  const { parts, clock, organization } = clinic
  const now = clock.read()
  const token = newSecret()
  const member = { id: newId('stf', now), organization: organization.id, address: addressOf(name), name, role }
  await parts.store.transaction(async tx => {
    await tx.staff.add({ ...member, createdAt: now, disabledAt: null })
    const person = { kind: 'staff' as const, id: member.id, organization: organization.id }
    await tx.signIn.invitations.put({ tokenHash: hashToken(token), person, expiresAt: now + days(7) })
  })
  const { sessionToken } = await clinic.portal.acceptInvitation(token)
  const invited = await visitorOf(clinic, sessionToken)
  await clinic.portal.choosePassphrase(invited, PASSPHRASE)
  const { secret } = await clinic.portal.totpEnrolment(invited)
  const enrolled = await clinic.portal.confirmTotp(invited, await totpCode(secret, clock.read()))
  return (await visitorOf(clinic, enrolled.sessionToken)) as Staff
}

/** A mailbox that has one account, or whose account was said. */
export function startedOf(proven: Started | Undecided): Started {
  if (proven.next === 'which') throw new Error('This address has several accounts.')
  return proven
}

/** What an authenticator app shows for this key at this moment. */
export const totpCode = (secret: string, at: number): Promise<string> =>
  generate({ secret: secret.replace(/\s/g, ''), epoch: Math.floor(at / 1_000) })

async function visitorOf({ portal }: TestPortal, sessionToken: string): Promise<Visitor> {
  const visitor = await portal.visitor(sessionToken)
  if (visitor === null) throw new Error('The session that was just begun is not known.')
  return visitor
}

const addressOf = (name: string): string =>
  `${name
    .toLowerCase()
    .replace(/[^a-z]+/g, '.')
    .replace(/^\.|\.$/g, '')}@example.com`

/** A file as somebody would attach it. */
export const textFile = (name: string, words: string): FileUpload => ({ name, type: 'text/plain', bytes: Buffer.from(words) })
