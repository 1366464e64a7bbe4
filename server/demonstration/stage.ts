import { createHash, randomInt } from 'node:crypto'
import type { AuthenticatedClient } from '../asking.ts'
import { createClient, type ShownOnce } from '../client-credentials.ts'
import type { DepositMessage, DepositRequest } from '../deposit-request.ts'
import type { Mail } from '../mailer.ts'
import { createOrganization } from '../new-organization.ts'
import type { Organization } from '../organization.ts'
import type { Parts } from '../parts.ts'
import { createPortal, type Portal } from '../portal.ts'
import { SCOPES } from '../sender.ts'
import { authenticatorCode } from '../sign-in/authenticator.ts'
import { inviteStaff } from '../sign-in/invitation.ts'
import type { Reader, Staff, Visitor } from '../sign-in/visitor.ts'
import type { Role } from '../staff.ts'
import type { Instant } from '../time.ts'

/** A clinic whose past can be played: the real portal, with the clock and the letters of then. */
export interface Stage {
  /** What the real portal would have done at that time. Later scenes happen later: the trail is written in order. */
  at(moment: Instant): Promise<Portal>
  organization: Organization
  gateway: { client: AuthenticatedClient; id: string } & ShownOnce
  /** Lets the letters of the past arrive; nobody reads them any more, so they are not kept. */
  deliver(): Promise<void>
  joins(name: string, address: string, role: Role): Promise<StaffPlayer>
  /** Opens the notice's mailbox, proves it, and chooses a passphrase and printed codes. */
  enrols(name: string, address: string): Promise<PatientPlayer>
  /** The record system hands in a message. */
  deposits(order: DemonstrationMessage): Promise<string>
}

export interface StaffPlayer {
  name: string
  address: string
  role: Role
  passphrase: string
  /** Key of the code app, base32. */
  totpKey: string
  signsIn(): Promise<Staff>
}

export interface PatientPlayer {
  name: string
  address: string
  passphrase: string
  /** Those that are still good. */
  printedCodes: string[]
  signsIn(): Promise<Reader>
}

export interface DemonstrationMessage extends Pick<DepositMessage, 'subject' | 'text'> {
  to: { name: string; email: string; activationCode?: string }
  from: string
  html?: string
  attachments?: DepositMessage['attachments']
  expiresAt?: Instant
}

/** Sets up the demonstration clinic as it was at `begin`. */
export async function setStage(real: Parts, begin: Instant): Promise<Stage> {
  let now = begin
  const letters: Mail[] = []
  const parts: Parts = {
    ...real,
    clock: () => now,
    mailer: {
      async send(mail) {
        letters.push(mail)
        return { outcome: 'sent', answer: '250 demonstration' }
      },
      reachable: async () => true,
      close: async () => undefined,
    },
    // Letters of the past are no news.
    log: { ...real.log, info: () => undefined },
    wakeOutbox: () => undefined,
  }
  const portal = createPortal(parts)
  const deliver = async () => {
    await portal.sendDueLetters()
  }
  const visitorOf = async (started: { sessionToken: string }): Promise<Visitor> => {
    const visitor = await portal.visitor(started.sessionToken)
    if (visitor === null) throw new Error('A session of the demonstration ended before it began.')
    return visitor
  }

  const organization = await createOrganization(parts, {
    name: 'North Clinic',
    phone: '+1 555 0100',
    timeZone: 'America/New_York',
    namedInNotices: true,
    answersWithinDays: 2,
  })
  const created = await createClient(parts, { organization: organization.id, name: 'Record system', scopes: [...SCOPES] })
  const { apiKey, secret } = created
  const client = await portal.authenticateClient(`Bearer ${apiKey}`)

  return {
    organization,
    gateway: { client, id: created.client.id, apiKey, secret },
    deliver,
    async at(moment) {
      now = Math.max(now, moment)
      return portal
    },

    async joins(name, address, role) {
      const { link } = await inviteStaff(parts, { organization: organization.id, address, name, role })
      const invited = await visitorOf(await portal.acceptInvitation(link.slice(link.lastIndexOf('/') + 1)))
      const passphrase = newPassphrase()
      await portal.choosePassphrase(invited, passphrase)
      const { secret: totpKey } = await portal.totpEnrolment(invited)
      await portal.signOut(await visitorOf(await portal.confirmTotp(invited, await authenticatorCode(totpKey, now))))
      await deliver()
      return {
        ...{ name, address, role, passphrase, totpKey },
        async signsIn() {
          const { requestToken } = await portal.beginSignIn({ address })
          await portal.enterPassphrase(requestToken, passphrase)
          return (await visitorOf(await portal.enterTotp(requestToken, await authenticatorCode(totpKey, now)))) as Staff
        },
      }
    },

    async enrols(name, address) {
      const { requestToken } = await portal.beginSignIn({ address })
      await portal.sendMailboxCode(requestToken)
      await deliver()
      const proven = await portal.enterMailboxCode(requestToken, codeIn(letters, address))
      if (proven.next === 'which') throw new TypeError('A demonstration person has one account.')
      const visitor = await visitorOf(proven)
      const passphrase = newPassphrase()
      await portal.choosePassphrase(visitor, passphrase)
      const enrolled = await portal.enrolPrintedCodes(visitor)
      const printedCodes = [...enrolled.printedCodes]
      const enrolledVisitor = await visitorOf(enrolled)
      await portal.keepPrintedCodes(enrolledVisitor)
      await portal.signOut(enrolledVisitor)
      await deliver()
      return {
        ...{ name, address, passphrase, printedCodes },
        async signsIn() {
          const begun = await portal.beginSignIn({ address })
          await portal.enterPassphrase(begun.requestToken, passphrase)
          return (await visitorOf(await portal.enterPrintedCode(begun.requestToken, printedCodes.shift()!))) as Reader
        },
      }
    },

    async deposits(order) {
      const request = requestOf(order)
      const key = `demonstration-${now}-${order.to.email}`
      const bodyHash = createHash('sha256').update(JSON.stringify(request)).digest('base64url')
      return (await portal.deposit(client, request, { key, bodyHash })).id
    },
  }
}

/** A deposit as the record system, or a provider by hand, would ask for it. */
export function requestOf(order: DemonstrationMessage): DepositRequest {
  const { to, from, subject, text, html = null, attachments = [], expiresAt = null } = order
  const activation = to.activationCode === undefined ? null : { kind: 'code' as const, answer: to.activationCode }
  return {
    recipients: [{ email: to.email, name: to.name, language: 'en', activation }],
    content: { kind: 'message', message: { from: { name: from }, subject, text, html, language: 'en', attachments } },
    expiresAt,
    retention: null,
    replyAllowed: true,
    confidential: false,
    thread: null,
    reference: null,
    fallbackReason: null,
  }
}

function codeIn(letters: Mail[], address: string): string {
  const letter = letters.findLast(mail => mail.to === address && /^\d{6}$/m.test(mail.text))
  const code = /^\d{6}$/m.exec(letter?.text ?? '')?.[0]
  if (code === undefined) throw new Error('The demonstration’s code has not arrived.')
  return code
}

const WORDS = `amber anchor apple autumn barley basket beacon birch bridge button candle canyon carpet cedar cherry clover copper
cotton cradle daisy ember falcon feather fiddle forest garden ginger hammer harbor hazel honey island ivory jacket jigsaw kettle
ladder lantern lemon linen maple marble meadow mitten nutmeg orchard otter paddle parsley pebble pepper pillow planet pocket
puddle quarry ribbon river saddle sparrow spiral teapot thimble timber tulip valley velvet walnut willow window winter`.split(
  /\s+/,
)

/** Five words out of seventy-two: thirty bits behind limited tries, and easy to type. */
const newPassphrase = (): string => Array.from({ length: 5 }, () => WORDS[randomInt(WORDS.length)]!).join(' ')
