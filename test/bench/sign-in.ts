import { isPortalError } from '../../server/errors.ts'
import { newSecret } from '../../server/ids.ts'
import { issueClaimCode } from '../../server/sign-in/claim-code.ts'
import type { Visitor } from '../../server/sign-in/visitor.ts'
import { hours } from '../../server/time.ts'
import { type Clinic, clinicIn, type Patient } from '../support/clinic.ts'
import { locatorIn } from '../support/mailbox.ts'
import { wholePortal } from '../support/whole-portal.ts'
import { type Bench, median, timed } from './paired.ts'

const SAMPLES = 400
/** BAR 10: medians within 3 ms. */
const GOAL_MS = 3

/** What is asked about, by somebody the portal knows and by somebody it does not. */
interface Pair<Asked> {
  known: Asked
  unknown: Asked
}
interface Case<Asked> {
  /** Somebody new each time: after a few wrong tries a known address is slowed down on purpose. Not measured. */
  of(clinic: Clinic, sample: number): Promise<Pair<Asked>>
  ask(clinic: Clinic, asked: Asked): Promise<unknown>
  isLong?: boolean
}

/** The second clinic of each. */
const others = new WeakMap<Clinic, Promise<Clinic>>()

/** Whether the time an answer takes tells if an address, a link or a code is known. The value is the difference of the medians. */
export const EQUALITY: Bench[] = [
  equality('sign-in-code', { of: enrolled, ask: sendsCode }),
  equality('sign-in-passphrase', {
    of: enrolled,
    async ask({ portal }, address) {
      const { requestToken } = await portal.beginSignIn({ address })
      await portal.enterPassphrase(requestToken, 'not the right words at all').catch(refusalIsFine)
    },
  }),
  equality('sign-in-passkey', {
    of: enrolled,
    async ask({ portal }, address) {
      const { requestToken } = await portal.beginSignIn({ address })
      await portal.passkeyOptions(requestToken)
    },
  }),
  equality('sign-in-wrong-code', {
    of: noticed,
    async ask({ portal }, address) {
      const { requestToken } = await portal.beginSignIn({ address })
      await portal.sendMailboxCode(requestToken)
      await portal.enterMailboxCode(requestToken, '000000').catch(wrongCode)
    },
  }),
  // While the desk's code waits for its day, whoever types the address learns nothing of it.
  equality('sign-in-code-beside-claim-code', { of: withClaimCode, ask: sendsCode }),
  // Which clinics an address has is asked before it is proven.
  equality('sign-in-which', {
    of: atTwoClinics,
    async ask({ portal }, address) {
      const { requestToken } = await portal.beginSignIn({ address })
      await portal.accountsToChoose(requestToken)
      await portal.chooseAccount(requestToken, 'rcp_0123456789').catch(refusalIsFine)
    },
  }),
  equality('landing', {
    of: locators,
    async ask({ portal }, locator) {
      const { requestToken } = await portal.beginSignIn({ locator })
      await portal.sendMailboxCode(requestToken)
    },
  }),
  // Both answers wait 150 ms (server/not-for-me.ts).
  equality('landing-not-for-me', { of: locators, ask: ({ portal }, locator) => portal.notForMeByLocator(locator), isLong: true }),
  // Past the mailbox: whether there are printed codes that a wrong one could be compared with.
  equality('recovery', {
    of: inMailbox,
    ask: ({ portal }, visitor) => portal.startRecovery(visitor, '0000-0000-0000').catch(wrongCode),
  }),
]

async function sendsCode({ portal }: Clinic, address: string): Promise<void> {
  const { requestToken } = await portal.beginSignIn({ address })
  await portal.sendMailboxCode(requestToken)
}

const nobody = (sample: number): string => `nobody.${word(sample)}@example.com`

/** Who has had a message. */
async function noticed(clinic: Clinic, sample: number): Promise<Pair<string> & { patient: Patient }> {
  const patient = clinic.patient(`Patient ${word(sample)}`)
  await clinic.deposits('Welcome', [patient])
  clinic.clock.advance(hours(1))
  return { patient, known: patient.address, unknown: nobody(sample) }
}

/** Who has chosen how to sign in. */
async function enrolled(clinic: Clinic, sample: number): Promise<Pair<string>> {
  const pair = await noticed(clinic, sample)
  await pair.patient.signsIn()
  clinic.clock.advance(hours(1))
  return pair
}

async function withClaimCode(clinic: Clinic, sample: number): Promise<Pair<string>> {
  const pair = await enrolled(clinic, sample)
  await issueClaimCode(clinic.parts, { organization: clinic.organization.id, recipient: pair.known })
  return pair
}

async function atTwoClinics(clinic: Clinic, sample: number): Promise<Pair<string>> {
  const pair = await noticed(clinic, sample)
  const other = others.get(clinic) ?? clinicIn(clinic, 'South Clinic')
  others.set(clinic, other)
  await (await other).deposits('Welcome', [pair.patient])
  return pair
}

async function locators(clinic: Clinic, sample: number): Promise<Pair<string>> {
  const { patient } = await noticed(clinic, sample)
  await clinic.deliver()
  return { known: locatorIn(clinic.mailbox.letterTo(patient.address)), unknown: newSecret() }
}

/** One with a sheet of codes, and one who has none yet. */
async function inMailbox(clinic: Clinic, sample: number): Promise<Pair<Visitor>> {
  const { patient } = await noticed(clinic, sample)
  await patient.signsIn()
  const other = clinic.patient(`Newcomer ${word(sample)}`)
  await clinic.deposits('Welcome', [other])
  clinic.clock.advance(hours(1))
  return { known: await patient.provesMailbox(), unknown: await other.provesMailbox() }
}

function equality<Asked>(path: string, { of, ask, isLong = false }: Case<Asked>): Bench {
  return {
    name: `${path}-known-unknown`,
    isLong,
    async run(progress) {
      const portal = await wholePortal()
      try {
        const clinic = await clinicIn(portal)
        const times = { known: [] as number[], unknown: [] as number[] }
        for (let sample = 0; sample < SAMPLES; sample++) {
          const pair = await of(clinic, sample)
          const order = sample % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)
          for (const which of order) times[which].push(await timed(() => ask(clinic, pair[which])))
          progress((sample + 1) / SAMPLES)
        }
        const value = Math.abs(median(times.known) - median(times.unknown))
        return { name: this.name, value, unit: 'ms apart', floor: null, ratio: null, goal: GOAL_MS, met: value <= GOAL_MS }
      } finally {
        await portal.close()
      }
    },
  }
}

/** Addresses of equal length. */
const word = (sample: number): string => [...String(sample).padStart(4, '0')].map(digit => 'abcdefghij'[Number(digit)]).join('')

function refusalIsFine(error: unknown): void {
  if (!isPortalError(error)) throw error
}

/** Anything else would have been refused before there was a difference to measure. */
function wrongCode(error: unknown): void {
  if (!isPortalError(error) || error.code !== 'wrong_code') throw error
}
