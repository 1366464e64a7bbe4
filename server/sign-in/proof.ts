import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import { PORTAL_ITSELF, record, VISITOR } from '../trail/entry.ts'
import { countedTry, type GuessableFactor, requireTry, type Tried } from './attempts.ts'
import { matchingStep, newAuthenticatorKey } from './authenticator.ts'
import { factorOf, passkeyOf } from './factor.ts'
import { peopleProven, wrongSignIn } from './first-factor.ts'
import { authenticationOptions, readAssertion, verifyAssertion } from './passkey.ts'
import { findPerson } from './person.ts'
import { looksLikePrintedCode, plainPrintedCode } from './printed-code.ts'
import { recoveryUnderWay } from './recovery.ts'
import { messageMeant, requireRequest } from './request.ts'
import { startSession } from './session.ts'
import type { Factor, Method, PersonRef, SignInRequest } from './store.ts'
import type { Started } from './views.ts'

/** Works on nobody's key as long as on somebody's. */
const NOBODYS_KEY = newAuthenticatorKey()

/**
 * The second factor: a code from the authenticator app. Each counts once.
 *
 * @throws PortalError `wrong_sign_in`, `too_many_attempts`, `sign_in_required`.
 */
export async function enterTotp(parts: Parts, requestToken: string, typed: string): Promise<Started> {
  const { request, people, factors, now } = await beforeTrying(parts, requestToken, 'totp')
  const checked = factors.length > 0 ? factors : [null]
  const steps = await Promise.all(
    checked.map(factor => matchingStep(factor?.secret ?? NOBODYS_KEY, typed, now, factor?.counter ?? 0)),
  )
  return afterTrying(parts, request, tried(request, 'totp', people), async (tx, at) => {
    for (const [place, factor] of checked.entries()) {
      const step = steps[place] ?? null
      if (factor === null || step === null || !(await isProven(tx, request, factor.person))) continue
      if (await tx.signIn.factors.advanceCounter(factor.id, step, at)) return { person: factor.person, method: 'passphrase+totp' }
    }
    return null
  })
}

/**
 * The second factor for people without an app: one of their printed codes. Each counts once; staff have none.
 *
 * @throws PortalError `wrong_sign_in`, `too_many_attempts`, `sign_in_required`.
 */
export async function enterPrintedCode(parts: Parts, requestToken: string, typed: string): Promise<Started> {
  const { request, people, factors } = await beforeTrying(parts, requestToken, 'printed_code')
  const code = plainPrintedCode(typed)
  return afterTrying(parts, request, tried(request, 'printed_code', people), async (tx, at) => {
    for (const { id, person } of looksLikePrintedCode(code) ? factors : []) {
      if (person.kind !== 'recipient' || !(await isProven(tx, request, person))) continue
      if (!(await tx.signIn.printedCodes.spend(person, code, at))) continue
      await tx.signIn.factors.markUsed(id, at)
      return { person, method: 'passphrase+printed_code' }
    }
    return null
  })
}

/** What the browser needs for a passkey: the same for everybody but for its challenge, which counts once and in this sign-in only. */
export async function passkeyOptions({ store, clock, settings }: Parts, requestToken: string): Promise<Record<string, unknown>> {
  const now = clock()
  const options = await authenticationOptions(settings)
  await store.transaction(async tx => {
    const request = await requireRequest(tx, requestToken, now)
    await tx.signIn.requests.setChallenge(request.tokenHash, options.challenge)
  })
  return { ...options }
}

/**
 * Signs in with whichever passkey was picked, whatever address the sign-in began with. Never counted, never locked.
 *
 * @throws PortalError `wrong_sign_in` for everything that can be wrong with it, `sign_in_required`.
 */
export async function enterPasskey(parts: Parts, requestToken: string, response: unknown): Promise<Started> {
  const { store, clock, settings } = parts
  const now = clock()
  const assertion = readAssertion(response)
  // The challenge is gone from here on, whatever becomes of this try.
  const { request, challenge, factor } = await store.transaction(async tx => {
    const request = await requireRequest(tx, requestToken, now)
    const challenge = await tx.signIn.requests.takeChallenge(request.tokenHash)
    return { request, challenge, factor: assertion && (await tx.signIn.factors.findPasskey(assertion.id)) }
  })
  const isComplete = challenge !== null && assertion !== null && factor !== null
  const expected = isComplete && { challenge, personId: factor.person.id, passkey: passkeyOf(factor), counter: factor.counter }
  const proof = expected && assertion && (await verifyAssertion(settings, assertion, expected))
  const started = await store.transaction(async tx => {
    const isCounted = factor && proof && (await countUse(tx, factor, proof.counter, now))
    const started = isCounted ? await startFull(tx, now, request, factor.person, 'passkey') : null
    if (started === null) await recordWrongPasskey(tx, now, request, factor)
    return started
  })
  return started ?? refuse()
}

/** The signature counter must have grown, if the authenticator has one: one that has not is a copy (WebAuthn L3, section 6.1.1). */
async function countUse(tx: Tx, factor: Factor, counter: number, now: Instant): Promise<boolean> {
  const current = (await tx.signIn.factors.ofPerson(factor.person, 'passkey')).find(({ id }) => id === factor.id)
  if (current === undefined) return false
  if (counter !== 0 || current.counter !== 0) return tx.signIn.factors.advanceCounter(factor.id, counter, now)
  await tx.signIn.factors.markUsed(factor.id, now)
  return true
}

async function recordWrongPasskey(tx: Tx, now: Instant, { subject }: SignInRequest, factor: Factor | null): Promise<void> {
  const organization = factor?.person.organization ?? PORTAL_ITSELF
  const object = factor?.person.id ?? subject
  await record(tx, now, { organization, actor: VISITOR, action: 'sign_in.failed', object, detail: { factor: 'passkey' } })
}

/** The sign-in, and the factors of this kind that may be tried; refused before any work when no try may be made now. */
async function beforeTrying({ store, clock }: Parts, requestToken: string, kind: 'totp' | 'printed_code') {
  const now = clock()
  return store.read(async tx => {
    const request = await requireRequest(tx, requestToken, now)
    // Before anything is said of the second factor: that it is locked would tell that there is somebody.
    const people = await peopleProven(tx, request)
    await requireTry(tx, tried(request, kind, people), now)
    const factors = await Promise.all(people.map(person => factorOf(tx, person, kind)))
    return { now, request, people, factors: factors.filter(factor => factor !== null) }
  })
}

/** Counts the try; where `spend` says whose it was, the sign-in is over and a session begins in the same transaction. */
async function afterTrying(
  parts: Parts,
  request: SignInRequest,
  counted: Tried,
  spend: (tx: Tx, now: Instant) => Promise<{ person: PersonRef; method: Method } | null>,
): Promise<Started> {
  const started = await countedTry(parts, counted, async (tx, now) => {
    const spent = await spend(tx, now)
    if (spent === null) return null
    const { factor } = request.proven.find(({ person }) => isSame(person, spent.person))!
    await tx.signIn.factors.markUsed(factor, now)
    return startFull(tx, now, request, spent.person, spent.method)
  })
  return started ?? refuse()
}

/** Asked again in the transaction that decides: the passphrase may have been changed since. */
const isProven = async (tx: Tx, request: SignInRequest, person: PersonRef): Promise<boolean> =>
  (await peopleProven(tx, request)).some(each => isSame(each, person))

const isSame = (one: PersonRef, other: PersonRef): boolean => one.kind === other.kind && one.id === other.id

async function startFull(tx: Tx, now: Instant, request: SignInRequest, ref: PersonRef, method: Method): Promise<Started | null> {
  const { tokenHash } = request
  if ((await findPerson(tx, ref)) === null || (await tx.signIn.requests.find(tokenHash, now)) === null) return null
  await tx.signIn.requests.remove(tokenHash)
  const sessionToken = await startSession(tx, now, ref, 'full', method)
  const message = await messageMeant(tx, request, ref)
  const isRecovering = (await recoveryUnderWay(tx, ref, now)) !== null
  return { sessionToken, next: ref.kind === 'staff' ? 'work' : 'read', message, recoveryUnderWay: isRecovering }
}

const tried = ({ subject }: SignInRequest, factor: GuessableFactor, people: PersonRef[]): Tried => ({ factor, subject, people })

function refuse(): never {
  throw wrongSignIn()
}
