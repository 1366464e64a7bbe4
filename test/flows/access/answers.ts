import type { ErrorCode } from '../../../server/errors.ts'
import type { Portal } from '../../../server/portal.ts'
import type { Scope } from '../../../server/sender.ts'
import type { Credentials, People, Role, Whose } from './people.ts'
import type { Kind, Thing } from './things.ts'

/** What is answered: it is done, or it is refused with this code. */
export type Outcome = 'yes' | ErrorCode
/** By whose thing it is; one answer where that makes no difference. */
export type Answers = Outcome | Record<Whose, Outcome>

export interface Row {
  method: keyof Portal
  /** What is asked for by its id; absent where nothing is. */
  about?: Kind
  /** The scope that a system needs. */
  scope?: Scope
  /** Goes through the same doors as a request: session or credentials first, then the use case. */
  ask(people: People, who: Credentials, thing: Thing, role: Role): Promise<unknown>
  answers: Record<Role, Answers>
}

export const OWN_ONLY: Answers = { own: 'yes', other: 'not_found', otherOrganization: 'not_found', missing: 'not_found' }

/** No session that counts: neither a cookie nor, with credentials alone, a person. */
const NO_SESSION = {
  anonymous: 'sign_in_required',
  expiredSession: 'sign_in_required',
  disabledProvider: 'sign_in_required',
  revokedClient: 'sign_in_required',
  client: 'sign_in_required',
  foreignClient: 'sign_in_required',
  narrowClient: 'sign_in_required',
} as const satisfies Partial<Record<Role, Outcome>>

/** A session that proves the mailbox alone reaches nothing but enrolment. */
const BELOW_TWO_FACTORS = { mailboxOnly: 'sign_in_required', newcomer: 'sign_in_required' } as const

export const patients = <A extends Answers>(answer: A) => ({ patient: answer, otherPatient: answer })
const providers = <A extends Answers>(answer: A) => ({ provider: answer, colleague: answer, foreignProvider: answer })
const office = <A extends Answers>(answer: A) => ({ compliance: answer, administrator: answer, foreignAdministrator: answer })
export const halfSignedIn = <A extends Answers>(answer: A) => ({ mailboxOnly: answer, newcomer: answer })

export const READERS = (answer: Answers): Record<Role, Answers> => ({
  ...NO_SESSION,
  ...BELOW_TWO_FACTORS,
  ...patients(answer),
  ...providers('forbidden'),
  ...office('forbidden'),
})

/** Systems and providers, each with what is theirs. Administrators and compliance officers have no permission on content. */
export const SENDERS = (answer: Answers): Record<Role, Answers> => ({
  ...NO_SESSION,
  ...BELOW_TWO_FACTORS,
  ...patients('forbidden'),
  ...providers(answer),
  ...office('forbidden'),
  client: answer,
  foreignClient: answer,
  narrowClient: 'forbidden',
  revokedClient: 'unauthorized',
})

export const PROVIDERS = (answer: Answers): Record<Role, Answers> => ({
  ...NO_SESSION,
  ...BELOW_TWO_FACTORS,
  ...patients('forbidden'),
  ...providers(answer),
  ...office('forbidden'),
})

/** Whoever proved two factors, each about themselves. */
export const SIGNED_IN = (answer: Answers): Record<Role, Answers> => ({
  ...NO_SESSION,
  ...BELOW_TWO_FACTORS,
  ...patients(answer),
  ...providers(answer),
  ...office(answer),
})

/** Systems alone: nobody gets here with a cookie. */
export const SYSTEMS = (answer: Answers, narrow: Answers): Record<Role, Answers> => ({
  ...SIGNED_IN('unauthorized'),
  ...NO_SYSTEM,
  client: answer,
  foreignClient: answer,
  narrowClient: narrow,
})
const NO_SYSTEM = {
  anonymous: 'unauthorized',
  expiredSession: 'unauthorized',
  disabledProvider: 'unauthorized',
  revokedClient: 'unauthorized',
  mailboxOnly: 'unauthorized',
  newcomer: 'unauthorized',
} as const

/** Takes no session: what counts is what is presented, and that is nothing here. */
export const ANYBODY = (answer: Answers): Record<Role, Answers> => ({
  ...SIGNED_IN(answer),
  ...halfSignedIn(answer),
  anonymous: answer,
  expiredSession: answer,
  disabledProvider: answer,
  revokedClient: answer,
  client: answer,
  foreignClient: answer,
  narrowClient: answer,
})

export const reads =
  (work: (portal: Portal, reader: never, thing: Thing) => Promise<unknown>): Row['ask'] =>
  async (people, who, thing) =>
    work(people.world.portal, (await people.visitor(who)) as never, thing)

export const asks =
  (work: (portal: Portal, asking: Parameters<Portal['depositState']>[0], thing: Thing) => Promise<unknown>): Row['ask'] =>
  async (people, who, thing) =>
    work(people.world.portal, await people.asking(who), thing)

export const presents =
  (work: (portal: Portal) => Promise<unknown>): Row['ask'] =>
  people =>
    work(people.world.portal)
