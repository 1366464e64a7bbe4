import type { People, Role, Whose } from '../access/people.ts'
import type { Kind, Thing } from '../access/things.ts'

/** Everybody who can come with a browser. */
export const VISITORS = [
  'anonymous',
  'expiredSession',
  'disabledProvider',
  'mailboxOnly',
  'newcomer',
  'patient',
  'otherPatient',
  'provider',
  'colleague',
  'foreignProvider',
  'compliance',
  'administrator',
  'foreignAdministrator',
] as const satisfies Role[]
export type VisitorRole = (typeof VISITORS)[number]

/**
 * What a browser is answered: a page or file (`shows`), the form again (`again`), `missing`, `forbidden`, the way to `sign-in` or to
 * `enrol`; anything else is the address it is sent to, with `:id` for what was asked for.
 */
export type Answer = string
export type Answers = Answer | Record<Whose, Answer>

/** One file of app/routes, asked in one way. */
export interface PageRow {
  /** Its name without `.tsx`, which is also its address. */
  file: string
  method: 'GET' | 'POST'
  about?: Kind
  /** What the form holds besides its word. */
  fields?: Record<string, string> | ((people: People, thing: Thing) => Promise<Record<string, string>>)
  /** Looking at it is itself written into the trail. */
  recordsLooks?: boolean
  answers: Record<VisitorRole, Answers>
}

const everyone = <A extends Answers>(answer: A) =>
  Object.fromEntries(VISITORS.map(role => [role, answer])) as Record<VisitorRole, A>

export const half = <A extends Answers>(answer: A) => ({ mailboxOnly: answer, newcomer: answer })
export const patients = <A extends Answers>(answer: A) => ({ patient: answer, otherPatient: answer })
export const providers = <A extends Answers>(answer: A) => ({ provider: answer, colleague: answer, foreignProvider: answer })
export const administrators = <A extends Answers>(answer: A) => ({ administrator: answer, foreignAdministrator: answer })

const NOBODY = { ...everyone('sign-in'), ...half('enrol') }

export const anybody = (answer: Answers): PageRow['answers'] => everyone(answer)
/** Whoever has a session, even one that rests on the mailbox alone. */
export const visitors = (answer: Answers): PageRow['answers'] => ({ ...signedIn(answer), ...half(answer) })
export const signedIn = (answer: Answers): PageRow['answers'] => ({
  ...NOBODY,
  ...patients(answer),
  ...providers(answer),
  ...administrators(answer),
  compliance: answer,
})
/** Adding a way to sign in: a mailbox alone adds none to an account that has one. */
export const enrolling = (answer: Answers): PageRow['answers'] => ({ ...visitors(answer), mailboxOnly: 'enrol' })
export const readers = (answer: Answers): PageRow['answers'] => ({ ...NOBODY, ...patients(answer) })
/** @param others - what staff in other roles are answered; an act sends them to its page, which says the rest. */
export const senders = (answer: Answers, others: Answers = 'forbidden'): PageRow['answers'] => ({
  ...NOBODY,
  ...providers(answer),
  ...administrators(others),
  compliance: others,
})
export const officers = (answer: Answers): PageRow['answers'] => ({ ...senders('forbidden'), compliance: answer })
/** Steps of a sign-in that was never begun. */
export const notBegun: PageRow['answers'] = { ...NOBODY, anonymous: '/sign-in/cookies?try=yes' }

/** One's own, and for all else an answer that is the same for others' and nobody's. */
export const own = (answer: Answer, otherwise: Answer = 'missing'): Answers => ({
  own: answer,
  other: otherwise,
  otherOrganization: otherwise,
  missing: otherwise,
})
