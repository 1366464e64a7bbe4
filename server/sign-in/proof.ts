import { PortalError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import { PORTAL_ITSELF, record, VISITOR } from '../trail/entry.ts'
import { countedTry, type GuessableFactor, requireTry } from './attempts.ts'
import { matchingStep, newAuthenticatorKey } from './authenticator.ts'
import { factorOf, passkeyOf } from './factor.ts'
import { authenticationOptions, readAssertion, verifyAssertion } from './passkey.ts'
import { isOverlong } from './passphrase-rules.ts'
import { findPerson } from './person.ts'
import { looksLikePrintedCode, plainPrintedCode } from './printed-code.ts'
import { requireRequest } from './request.ts'
import { startSession } from './session.ts'
import type { Factor, Method, PersonRef, SignInRequest } from './store.ts'
import type { SecondFactor, Started } from './views.ts'

/** Works on nobody's key as long as on somebody's. */
const NOBODYS_KEY = newAuthenticatorKey()

/**
 * The first of two factors. Nothing opens yet.
 *
 * @returns what to ask for next. Whoever has shown the passphrase may know which; nobody else is told.
 * @throws PortalError `wrong_sign_in`, `too_many_attempts`, `busy`, `sign_in_required`.
 */
export async function enterPassphrase(parts: Parts, requestToken: string, typed: string): Promise<SecondFactor> {
  const { request, factor } = await beforeTrying(parts, requestToken, 'passphrase')
  const overlong = isOverlong(typed)
  const { right, rehash } = await parts.passphrases.verify(overlong ? null : (factor?.secret ?? null), overlong ? '' : typed)
  const renewed = right && rehash ? await parts.passphrases.hash(typed) : null
  const next = await countedTry(parts, tried(request, 'passphrase'), async (tx, now) => {
    // First of all, so that a wrong passphrase takes no longer for somebody than for nobody.
    if (!right || factor === null) return null
    // It may have been changed or removed while the hash was made.
    if ((await factorOf(tx, request.person, 'passphrase'))?.secret !== factor.secret) return null
    if (renewed !== null) await tx.signIn.factors.replaceSecret(factor.id, renewed)
    await tx.signIn.factors.markUsed(factor.id, now)
    await tx.signIn.requests.setPassphraseAt(request.tokenHash, now)
    return secondFactorOf(tx, request.person)
  })
  if (next === null) throw wrongSignIn()
  return next
}

async function secondFactorOf(tx: Tx, person: PersonRef | null): Promise<SecondFactor> {
  const hasOnlyPaper = (await factorOf(tx, person, 'totp')) === null && (await factorOf(tx, person, 'printed_code')) !== null
  return hasOnlyPaper ? 'printed_code' : 'totp'
}

/**
 * The second factor: a code from the authenticator app. Each counts once.
 *
 * @throws PortalError `wrong_sign_in`, `too_many_attempts`, `sign_in_required`.
 */
export async function enterTotp(parts: Parts, requestToken: string, typed: string): Promise<Started> {
  const { request, factor, now } = await beforeTrying(parts, requestToken, 'totp')
  const step = await matchingStep(factor?.secret ?? NOBODYS_KEY, typed, now, factor?.counter ?? 0)
  return afterTrying(parts, request, 'totp', async (tx, at) => {
    if (factor === null || step === null) return null
    return (await tx.signIn.factors.advanceCounter(factor.id, step, at)) ? 'passphrase+totp' : null
  })
}

/**
 * The second factor for people without an app: one of their printed codes. Each counts once; staff have none.
 *
 * @throws PortalError `wrong_sign_in`, `too_many_attempts`, `sign_in_required`.
 */
export async function enterPrintedCode(parts: Parts, requestToken: string, typed: string): Promise<Started> {
  const { request, factor } = await beforeTrying(parts, requestToken, 'printed_code')
  const code = plainPrintedCode(typed)
  return afterTrying(parts, request, 'printed_code', async (tx, at) => {
    const { person } = request
    if (person?.kind !== 'recipient' || factor === null || !looksLikePrintedCode(code)) return null
    if (!(await tx.signIn.printedCodes.spend(person, code, at))) return null
    await tx.signIn.factors.markUsed(factor.id, at)
    return 'passphrase+printed_code'
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

/** The sign-in, and the factor that is about to be tried; refused before any work when no try may be made now. */
async function beforeTrying({ store, clock }: Parts, requestToken: string, kind: 'passphrase' | 'totp' | 'printed_code') {
  const now = clock()
  return store.read(async tx => {
    const request = await requireRequest(tx, requestToken, now)
    // Before anything is said of the second factor: that it is locked would tell that there is somebody.
    if (kind !== 'passphrase') requirePassphrase(request)
    await requireTry(tx, tried(request, kind), now)
    return { now, request, factor: await factorOf(tx, request.person, kind) }
  })
}

/** Counts the try; where `spend` says what was proven, the sign-in is over and a session begins in the same transaction. */
async function afterTrying(
  parts: Parts,
  request: SignInRequest,
  kind: GuessableFactor,
  spend: (tx: Tx, now: Instant) => Promise<Method | null>,
): Promise<Started> {
  const started = await countedTry(parts, tried(request, kind), async (tx, now) => {
    const method = await spend(tx, now)
    return method && request.person ? startFull(tx, now, request, request.person, method) : null
  })
  return started ?? refuse()
}

async function startFull(
  tx: Tx,
  now: Instant,
  { tokenHash }: SignInRequest,
  ref: PersonRef,
  method: Method,
): Promise<Started | null> {
  if ((await findPerson(tx, ref)) === null || (await tx.signIn.requests.find(tokenHash, now)) === null) return null
  await tx.signIn.requests.remove(tokenHash)
  const sessionToken = await startSession(tx, now, ref, 'full', method)
  return { sessionToken, next: ref.kind === 'staff' ? 'work' : 'read' }
}

const tried = ({ subject, person }: SignInRequest, factor: GuessableFactor) => ({ factor, subject, person })

function requirePassphrase({ passphraseAt }: SignInRequest): void {
  if (passphraseAt === null) throw new PortalError('sign_in_required', 'Please enter your passphrase first.')
}

const wrongSignIn = () => new PortalError('wrong_sign_in', 'That did not work. Please check what you entered and try again.')

function refuse(): never {
  throw wrongSignIn()
}
