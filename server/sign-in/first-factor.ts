import { PortalError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { countedTry, requireTry } from './attempts.ts'
import { factorOf } from './factor.ts'
import { isOverlong } from './passphrase-rules.ts'
import { peopleMeant, requireRequest } from './request.ts'
import type { Factor, FactorKind, PassphraseProof, PersonRef, SignInRequest } from './store.ts'
import type { SecondFactor } from './views.ts'

/**
 * The first of two factors. Nothing opens yet. Where several accounts of one address have this passphrase, the second factor says which.
 *
 * @returns what to ask for next. Whoever has shown the passphrase may know which; nobody else is told.
 * @throws PortalError `wrong_sign_in`, `too_many_attempts`, `busy`, `sign_in_required`.
 */
export async function enterPassphrase(parts: Parts, requestToken: string, typed: string): Promise<SecondFactor> {
  const { request, tried, factors, salt } = await parts.store.read(async tx => {
    const request = await requireRequest(tx, requestToken, parts.clock())
    const people = await peopleMeant(tx, request)
    const tried = { factor: 'passphrase', subject: request.subject, people } as const
    await requireTry(tx, tried, parts.clock())
    const factors = await Promise.all(people.map(person => factorOf(tx, person, 'passphrase')))
    const salt = tx.signIn.saltOf(request.address ?? request.subject)
    return { request, tried, factors: factors.filter(factor => factor !== null), salt }
  })
  const right = await compare(parts, factors, typed, salt)
  const renewed = right.some(({ rehash }) => rehash) ? await parts.passphrases.hash(typed, salt) : null
  const next = await countedTry(parts, tried, async (tx, now) => {
    const proven: PassphraseProof[] = []
    for (const { factor, rehash } of right) {
      // It may have been changed or removed while the hash was made.
      if ((await factorOf(tx, factor.person, 'passphrase'))?.secret !== factor.secret) continue
      if (rehash && renewed !== null) await tx.signIn.factors.replaceSecret(factor.id, renewed)
      proven.push({ person: factor.person, factor: factor.id })
    }
    if (proven.length === 0) return null
    await tx.signIn.requests.setPassphraseAt(request.tokenHash, now, proven)
    return secondFactorOf(tx, proven)
  })
  if (next === null) throw wrongSignIn()
  return next
}

/** Those whose passphrase this is: one hash is made, however many there are. */
async function compare({ passphrases }: Parts, factors: Factor[], typed: string, salt: Uint8Array) {
  const compared = isOverlong(typed) ? [] : factors
  const secrets = compared.map(({ secret }) => secret)
  const answers = await passphrases.verify(secrets, isOverlong(typed) ? '' : typed, salt)
  return compared.flatMap((factor, place) => (answers[place]?.right ? { factor, rehash: answers[place].rehash } : []))
}

async function secondFactorOf(tx: Tx, proven: PassphraseProof[]): Promise<SecondFactor> {
  const has = async (kind: Exclude<FactorKind, 'passkey'>) =>
    (await Promise.all(proven.map(({ person }) => factorOf(tx, person, kind)))).some(factor => factor !== null)
  return !(await has('totp')) && (await has('printed_code')) ? 'printed_code' : 'totp'
}

/**
 * Those whose passphrase was shown in this sign-in and is still theirs.
 *
 * @throws PortalError `sign_in_required` before any was.
 */
export async function peopleProven(tx: Tx, { passphraseAt, proven }: SignInRequest): Promise<PersonRef[]> {
  if (passphraseAt === null) throw new PortalError('sign_in_required', 'Please enter your passphrase first.')
  const current = await Promise.all(
    proven.map(async ({ person, factor }) => ((await factorOf(tx, person, 'passphrase'))?.id === factor ? person : null)),
  )
  return current.filter(person => person !== null)
}

/** One answer for everything that can be wrong. */
export const wrongSignIn = () =>
  new PortalError('wrong_sign_in', 'That did not work. Please check what you entered and try again.')
