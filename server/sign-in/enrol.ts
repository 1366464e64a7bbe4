import { PortalError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import { record } from '../trail/entry.ts'
import { tellAccount } from './account-letter.ts'
import { authenticatorCard, matchingStep, newAuthenticatorKey } from './authenticator.ts'
import { completeEnrolment, type Enrolling, issuePrintedCodes, putFactor, requireEnrolling } from './enrolment.ts'
import { newFactor, passkeyOf } from './factor.ts'
import { registrationOptions, verifyRegistration } from './passkey.ts'
import { passphraseProblem } from './passphrase-rules.ts'
import { actorOf } from './person.ts'
import { endAllBut } from './session.ts'
import type { Factor } from './store.ts'
import type { Started } from './views.ts'
import type { Visitor } from './visitor.ts'

const LONGEST_LABEL = 60

type Enrolled = Started & { printedCodes: string[] }

export async function passkeyEnrolmentOptions(parts: Parts, visitor: Visitor): Promise<Record<string, unknown>> {
  const now = parts.clock()
  const { person, factors } = await parts.store.read(tx => requireEnrolling(tx, visitor, now))
  const passkeys = factors.filter(({ kind }) => kind === 'passkey').map(passkeyOf)
  const { address, name, ref } = person
  const options = await registrationOptions(parts.settings, { id: ref.id, address, name }, passkeys)
  await parts.store.transaction(async tx => {
    const { pending } = await requireEnrolling(tx, visitor, now)
    await tx.signIn.enrolments.put({ ...pending, challenge: options.challenge })
  })
  return { ...options }
}

/** @throws PortalError `invalid` for its name; `wrong_sign_in` for everything that can be wrong with the answer; and what {@link requireEnrolling} throws. */
export async function enrolPasskey(parts: Parts, visitor: Visitor, response: unknown, label: string): Promise<Enrolled> {
  const now = parts.clock()
  const plain = plainLabel(label)
  const challenge = await parts.store.transaction(async tx => {
    const { session } = await requireEnrolling(tx, visitor, now)
    return tx.signIn.enrolments.takeChallenge(session.tokenHash)
  })
  const proof = challenge === null ? null : await verifyRegistration(parts.settings, response, challenge)
  if (proof === null) throw noPasskey()
  return finish(parts, visitor, async (tx, enrolling, at) => {
    const { ref } = enrolling.person
    // WebAuthn L3, section 7.1, step 26: a passkey that somebody has, is theirs.
    if ((await tx.signIn.factors.findPasskey(proof.passkey.credentialId)) !== null) throw noPasskey()
    const more = { label: plain, counter: proof.counter }
    const factor = newFactor(ref, 'passkey', JSON.stringify(proof.passkey), at, more)
    await tx.signIn.factors.addPasskey(factor, proof.passkey.credentialId)
    return completeEnrolment(tx, parts, at, enrolling, { factors: [factor], changes: ['passkey_added'], method: 'passkey' })
  })
}

/**
 * Remembers a passphrase until the second factor is proven, too. Somebody who has a second factor already has it at once.
 *
 * @throws PortalError `invalid` when it is too short or too easy to guess.
 */
export async function choosePassphrase(parts: Parts, visitor: Visitor, passphrase: string): Promise<void> {
  const now = parts.clock()
  const { person, salt } = await parts.store.read(async tx => {
    const { person } = await requireEnrolling(tx, visitor, now)
    return { person, salt: tx.signIn.saltOf(person.address) }
  })
  const { address, name, organization } = person
  const problem = passphraseProblem(passphrase, { address, name, organization: organization.name })
  if (problem !== null) {
    throw new PortalError('invalid', 'Please choose another passphrase.', { fields: [{ field: 'passphrase', problem }] })
  }
  const phc = await parts.passphrases.hash(passphrase, salt)
  await parts.store.transaction(async tx => {
    const enrolling = await requireEnrolling(tx, visitor, now)
    if (hasSecondFactor(enrolling)) await replacePassphrase(tx, parts, now, enrolling, phc)
    else await tx.signIn.enrolments.put({ ...enrolling.pending, passphrase: phc })
  })
  parts.wakeOutbox()
}

/** The authenticator app's key; the same until a code of it was entered, so that looking at the page again changes nothing. */
export async function totpEnrolment(parts: Parts, visitor: Visitor): Promise<{ secret: string; uri: string; qrSvg: string }> {
  const now = parts.clock()
  const { pending, person } = await parts.store.read(tx => requireEnrolling(tx, visitor, now))
  const key = pending.totpSecret ?? (await parts.store.transaction(tx => newPendingKey(tx, visitor, now)))
  return authenticatorCard(key, person.address)
}

/** @throws PortalError `wrong_code`; `invalid` when no passphrase was chosen; and what {@link requireEnrolling} throws. */
export async function confirmTotp(parts: Parts, visitor: Visitor, code: string): Promise<Enrolled> {
  const now = parts.clock()
  const { pending } = await parts.store.read(tx => requireEnrolling(tx, visitor, now))
  const key = pending.totpSecret
  const step = key === null ? null : await matchingStep(key, code, now, 0)
  if (key === null || step === null) {
    throw new PortalError('wrong_code', 'That code is not right. Wait for the next code in your app and type that one.')
  }
  return finish(parts, visitor, async (tx, enrolling, at) => {
    const chosen = await putChosenPassphrase(tx, enrolling, at)
    // The code that was just shown to work is used up with it.
    const factor = await putFactor(tx, enrolling.person, 'totp', key, at, step)
    const changes = [...chosen.changes, 'authenticator_added' as const]
    return completeEnrolment(tx, parts, at, enrolling, {
      factors: [...chosen.factors, factor],
      changes,
      method: 'passphrase+totp',
    })
  })
}

/** @throws PortalError `forbidden` for staff; `invalid` when no passphrase was chosen; and what {@link requireEnrolling} throws. */
export async function enrolPrintedCodes(parts: Parts, visitor: Visitor): Promise<Enrolled> {
  return finish(parts, visitor, async (tx, enrolling, at) => {
    const { person } = enrolling
    if (person.ref.kind === 'staff') throw new PortalError('forbidden', 'Please choose a passkey or an app instead.')
    const hasPasskey = proven(enrolling).some(({ kind }) => kind === 'passkey')
    const chosen = hasPasskey && enrolling.pending.passphrase === null ? NOTHING : await putChosenPassphrase(tx, enrolling, at)
    const codes = await issuePrintedCodes(tx, person, at)
    return completeEnrolment(tx, parts, at, enrolling, {
      factors: [...chosen.factors, ...codes.factors],
      changes: [...chosen.changes, 'printed_codes_added'],
      method: 'passphrase+printed_code',
      printedCodes: codes.printedCodes,
    })
  })
}

async function finish<T>(
  parts: Parts,
  visitor: Visitor,
  work: (tx: Tx, enrolling: Enrolling, now: Instant) => Promise<T>,
): Promise<T> {
  const now = parts.clock()
  // Asked again in the transaction that adds the factor: what allowed it may have ended meanwhile.
  const done = await parts.store.transaction(async tx => work(tx, await requireEnrolling(tx, visitor, now), now))
  parts.wakeOutbox()
  return done
}

const NOTHING = { factors: [], changes: [] }

/** What an account has counts only for somebody who has signed in with it: whoever recovers an account sets up a whole new way in. */
const proven = ({ session, factors }: Enrolling): Factor[] => (session.level === 'full' ? factors : [])

/** The passphrase of this enrolment becomes the account's; without one, the account must have one. */
async function putChosenPassphrase(tx: Tx, enrolling: Enrolling, now: Instant) {
  const { pending, person } = enrolling
  if (pending.passphrase !== null) {
    const factor = await putFactor(tx, person, 'passphrase', pending.passphrase, now)
    return { factors: [factor], changes: ['passphrase_added' as const] }
  }
  if (proven(enrolling).some(({ kind }) => kind === 'passphrase')) return NOTHING
  const problem = 'Choose a passphrase first.'
  throw new PortalError('invalid', problem, { fields: [{ field: 'passphrase', problem }] })
}

const hasSecondFactor = (enrolling: Enrolling): boolean =>
  proven(enrolling).some(({ kind }) => kind === 'totp' || (kind === 'printed_code' && enrolling.person.ref.kind === 'recipient'))

async function replacePassphrase(tx: Tx, parts: Parts, now: Instant, { session, person }: Enrolling, phc: string): Promise<void> {
  const factor: Factor = await putFactor(tx, person, 'passphrase', phc, now)
  await endAllBut(tx, person, session.tokenHash)
  const { level, method } = session
  const about = { organization: person.ref.organization, actor: actorOf(person.ref), level, method }
  await record(tx, now, { ...about, action: 'factor.added', object: factor.id, detail: { factor: 'passphrase' } })
  await tellAccount(tx, parts.settings, now, person, 'passphrase_added')
}

async function newPendingKey(tx: Tx, visitor: Visitor, now: Instant): Promise<string> {
  const { pending } = await requireEnrolling(tx, visitor, now)
  const totpSecret = pending.totpSecret ?? newAuthenticatorKey()
  await tx.signIn.enrolments.put({ ...pending, totpSecret })
  return totpSecret
}

function plainLabel(label: string): string {
  const plain = label.normalize('NFC').trim()
  if ([...plain].length <= LONGEST_LABEL && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(plain)) return plain
  const problem = `Use a short name, such as “My phone”: ${LONGEST_LABEL} characters at most.`
  throw new PortalError('invalid', 'Please choose another name.', { fields: [{ field: 'label', problem }] })
}

const noPasskey = () =>
  new PortalError('wrong_sign_in', 'That passkey could not be added. Please try again, or choose another way.')
