import { generate } from 'otplib'
import type { Started } from '../../../server/portal.ts'
import { inviteStaff } from '../../../server/sign-in/invitation.ts'
import type { Visitor } from '../../../server/sign-in/visitor.ts'
import type { Role } from '../../../server/staff.ts'
import { minutes, seconds } from '../../../server/time.ts'
import { type Clinic, startedOf } from '../../support/clinic.ts'
import { codeIn } from '../../support/mailbox.ts'
import { clinicPortal } from '../../support/people.ts'
import { type Lies, type SoftwarePasskey, softwarePasskey } from '../../support/software-passkey.ts'
import { ORIGIN } from '../../support/whole-portal.ts'

export const PASSPHRASE = 'eleven quiet herons by the weir'
export const ADA = { name: 'Ada Lopez', address: 'ada@example.com' }
export const BEN = { name: 'Ben Okoro', address: 'ben@example.com' }
export const NOBODY = 'nobody@example.com'

/** A clinic seen from its door: one step of signing in after the other. */
export interface Door extends Clinic {
  /** A sign-in under way, by address. */
  begins(address: string): Promise<string>
  /** The code of the newest letter to this address. */
  newestCode(address: string): Promise<string>
  /** Proves the mailbox; nothing else. */
  provesMailbox(address: string): Promise<Visitor>
  whoIs(started: Started): Promise<Visitor>
  enrolsPasskey(
    visitor: Visitor,
    passkey?: SoftwarePasskey,
  ): Promise<{ visitor: Visitor; passkey: SoftwarePasskey; codes: string[] }>
  enrolsApp(visitor: Visitor, passphrase?: string): Promise<{ visitor: Visitor; key: string; codes: string[] }>
  enrolsPrintedCodes(visitor: Visitor, passphrase?: string): Promise<{ visitor: Visitor; codes: string[] }>
  /** What the app shows now. */
  appCode(key: string): Promise<string>
  signsInByPasskey(passkey: SoftwarePasskey, lies?: Lies): Promise<Started>
  signsInByApp(address: string, key: string, passphrase?: string): Promise<Started>
  /** Somebody of the staff who holds an invitation. */
  invites(name: string, role?: Role): Promise<{ id: string; token: string; address: string }>
  /** `action` of each entry of the trail, oldest first, with what it says of the factor. */
  trailOf(object: string): Promise<{ action: string; detail: Record<string, unknown> }[]>
}

export async function door(options: Parameters<typeof clinicPortal>[0] = {}): Promise<Door> {
  const clinic = await clinicPortal(options)
  const at: Door = Object.assign(Object.create(clinic) as Clinic, {
    begins: async (address: string) => (await clinic.portal.beginSignIn({ address })).requestToken,

    async newestCode(address: string) {
      await clinic.deliver()
      const letters = clinic.mailbox.lettersTo(address).filter(({ text }) => /^\d{6}$/m.test(text))
      if (letters.length === 0) throw new Error(`No code was sent to ${address}.`)
      return codeIn(letters.at(-1)!)
    },

    async provesMailbox(address: string) {
      const request = await at.begins(address)
      await clinic.portal.sendMailboxCode(request)
      return at.whoIs(startedOf(await clinic.portal.enterMailboxCode(request, await at.newestCode(address))))
    },

    async whoIs({ sessionToken }: Started) {
      const visitor = await clinic.portal.visitor(sessionToken)
      if (visitor === null) throw new Error('The session that was just begun is not known.')
      return visitor
    },

    async enrolsPasskey(visitor: Visitor, passkey = softwarePasskey(ORIGIN)) {
      const options = await clinic.portal.passkeyEnrolmentOptions(visitor)
      const enrolled = await clinic.portal.enrolPasskey(visitor, passkey.create(options), 'My phone')
      return { visitor: await at.whoIs(enrolled), passkey, codes: enrolled.printedCodes }
    },

    async enrolsApp(visitor: Visitor, passphrase = PASSPHRASE) {
      await clinic.portal.choosePassphrase(visitor, passphrase)
      const { secret } = await clinic.portal.totpEnrolment(visitor)
      const key = secret.replaceAll(' ', '')
      const enrolled = await clinic.portal.confirmTotp(visitor, await at.appCode(key))
      clinic.clock.advance(seconds(30)) // the code that was just entered is used up
      return { visitor: await at.whoIs(enrolled), key, codes: enrolled.printedCodes }
    },

    async enrolsPrintedCodes(visitor: Visitor, passphrase = PASSPHRASE) {
      await clinic.portal.choosePassphrase(visitor, passphrase)
      const enrolled = await clinic.portal.enrolPrintedCodes(visitor)
      return { visitor: await at.whoIs(enrolled), codes: enrolled.printedCodes }
    },

    appCode: (key: string) => generate({ secret: key, epoch: Math.floor(clinic.clock.read() / 1_000) }),

    async signsInByPasskey(passkey: SoftwarePasskey, lies: Lies = {}) {
      const { requestToken } = await clinic.portal.beginSignIn({})
      const options = await clinic.portal.passkeyOptions(requestToken)
      return clinic.portal.enterPasskey(requestToken, passkey.get(options, lies))
    },

    async signsInByApp(address: string, key: string, passphrase = PASSPHRASE) {
      const request = await at.begins(address)
      await clinic.portal.enterPassphrase(request, passphrase)
      return clinic.portal.enterTotp(request, await at.appCode(key))
    },

    async invites(name: string, role: Role = 'provider') {
      const address = `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@example.com`
      const { id, link } = await inviteStaff(clinic.parts, { organization: clinic.organization.id, address, name, role })
      return { id, token: link.split('/').at(-1)!, address }
    },

    trailOf: (object: string) =>
      clinic.parts.store.read(async tx => {
        const rows = await tx.trail.entries(0, 1_000)
        const entries = rows.map(row => JSON.parse(Buffer.from(row.bytes).toString()) as TrailJson)
        return entries.filter(entry => entry.object === object).map(({ action, detail = {} }) => ({ action, detail }))
      }),
  })
  return at
}

interface TrailJson {
  action: string
  object: string | null
  detail?: Record<string, unknown>
}

/** A door, and Ada with a message behind it. */
export async function doorWithMessage(more: Parameters<Clinic['deposits']>[2] = {}): Promise<Door & { message: string }> {
  const at = await door()
  const { messages } = await at.deposits('Result', [ADA], more)
  await at.deliver()
  at.clock.advance(minutes(1))
  return Object.assign(Object.create(at) as Door, { message: messages[0]!.id })
}

/** The code of the refusal, `nothing` when there was none. */
export async function refusalOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked
    return 'nothing'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}
