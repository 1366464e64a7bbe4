import type { Staff } from '../../server/sign-in/visitor.ts'
import { minutes, toIso } from '../../server/time.ts'
import { type Clinic, clinicIn, type DepositChanges, type Deposited, type Patient } from './clinic.ts'
import { testPortal } from './portal.ts'
import type { PortalOptions } from './whole-portal.ts'

/** A portal with one clinic in it, for one test. */
export const clinicPortal = async (options: PortalOptions = {}): Promise<Clinic> => clinicIn(await testPortal(options))

export interface OneMessage extends Clinic {
  ada: Patient
  /** A provider; the message came from the record system in her name. */
  drCole: Staff
  deposit: Deposited
  /** For each message, when it was opened, as its sender is told. */
  receiptsOf(subject: string): Promise<{ stage: string; at: string }[]>
}

/** Ada Lopez has one message, “Result”, and has been told so. */
export async function portalWithOneMessage(more: DepositChanges = {}): Promise<OneMessage> {
  const clinic = await clinicPortal()
  const ada = clinic.patient('Ada Lopez')
  const drCole = await clinic.staff('Dr. Cole', 'provider')
  const deposit = await clinic.deposits('Result', [ada], more)
  await clinic.deliver()
  clinic.clock.advance(minutes(1))
  return Object.assign(Object.create(clinic) as Clinic, {
    ada,
    drCole,
    deposit,
    async receiptsOf(subject: string) {
      const lines = await clinic.portal.listDeposits({ client: clinic.gateway }, { limit: 50 })
      const messages = lines.filter(line => line.subject === subject).flatMap(line => line.messages)
      return messages.flatMap(({ receipts }) => receipts.map(({ stage, at }) => ({ stage, at: toIso(at) })))
    },
  })
}
