import { randomInt } from 'node:crypto'
import { PortalError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { hours, type Instant, minutes } from '../time.ts'
import { countedTry, requireTry } from './attempts.ts'
import { newCodeLetter } from './code-letter.ts'
import { countLetter } from './letter-count.ts'
import { messageMeant, peopleMeant, requireRequest } from './request.ts'
import { startSession } from './session.ts'
import type { PersonRef, SignInRequest } from './store.ts'
import type { Started, Undecided } from './views.ts'
import { accountsOf } from './which-account.ts'

const LASTS_MINUTES = 10
/** Five letters, then none until an hour has passed since the last: nobody's mailbox is flooded by asking for codes. */
const LETTERS = { name: 'letters', most: 5, rest: hours(1) }
// Without I and O, which look like 1 and 0 on a page and in a letter.
const REFERENCE_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'

/**
 * Sends a code to the mailbox of this sign-in, if there is one. It proves the mailbox, which is not a factor: the session it gives
 * opens nothing (SP 800-63B-4, section 3.1.3.1).
 *
 * @returns the reference that stands beside the code in the letter; always the same kind of answer.
 */
export async function sendMailboxCode(parts: Parts, requestToken: string): Promise<{ reference: string }> {
  const now = parts.clock()
  const reference = await parts.store.transaction(async tx => {
    const request = await requireRequest(tx, requestToken, now)
    const mayWrite = await countLetter(tx, request.subject, LETTERS, now)
    // The code in the last letter stays good: a new one that nobody is sent would only take its place.
    const kept = mayWrite ? null : await tx.signIn.mailboxCodes.reference(request.tokenHash)
    return kept ?? (await newCode(tx, parts, now, request, mayWrite))
  })
  parts.wakeOutbox()
  return { reference }
}

/** The reference of the last code of this sign-in; null before one was asked for. */
export async function mailboxCodeReference({ store, clock }: Parts, requestToken: string): Promise<string | null> {
  const now = clock()
  return store.read(async tx => {
    const { tokenHash } = await requireRequest(tx, requestToken, now)
    return tx.signIn.mailboxCodes.reference(tokenHash)
  })
}

/**
 * Proves the mailbox.
 *
 * @returns `which` when it has accounts with several organizations: see which-account.ts.
 * @throws PortalError `wrong_code`, `too_many_attempts`, `sign_in_required` (the request is over).
 */
export async function enterMailboxCode(parts: Parts, requestToken: string, typed: string): Promise<Started | Undecided> {
  const now = parts.clock()
  const request = await parts.store.read(async tx => {
    const found = await requireRequest(tx, requestToken, now)
    await requireTry(tx, triedBy(found), now)
    return { ...found, people: await peopleMeant(tx, found) }
  })
  const code = typed.replace(/[\s-]/g, '')
  if (!/^\d{6}$/.test(code)) throw wrongCode() // a slip of the finger guesses nothing: it is not counted
  const proven = await countedTry(parts, triedBy(request), async (tx, at): Promise<Started | Undecided | null> => {
    const isRight = await tx.signIn.mailboxCodes.spend(request.tokenHash, code, at)
    const [account, another] = isRight ? await accountsOf(tx, request) : []
    if (account === undefined) return null
    if (another !== undefined) {
      await tx.signIn.requests.setMailboxAt(request.tokenHash, at)
      return { next: 'which' }
    }
    const sessionToken = await startSession(tx, at, account.ref, 'mailbox', 'mailbox_code')
    return { sessionToken, next: 'enrol', message: await messageMeant(tx, request, account.ref) }
  })
  if (proven === null) throw wrongCode()
  return proven
}

const wrongCode = () =>
  new PortalError('wrong_code', 'That code is not right, or its time is over. Check the newest letter, or ask for a new code.')

const triedBy = ({ subject, people = [] }: SignInRequest & { people?: PersonRef[] }) =>
  ({ factor: 'mailbox_code', subject, people }) as const

async function newCode(tx: Tx, parts: Parts, now: Instant, request: SignInRequest, mayWrite: boolean): Promise<string> {
  const code = randomInt(1_000_000).toString().padStart(6, '0')
  const reference = newReference()
  const expiresAt = now + minutes(LASTS_MINUTES)
  await tx.signIn.mailboxCodes.put({ request: request.tokenHash, code, reference, createdAt: now, expiresAt })
  const what = { code, reference, minutes: String(LASTS_MINUTES) }
  if (mayWrite) await tx.outbox.add(newCodeLetter(now, parts.settings, await peopleMeant(tx, request), what))
  return reference
}

/** Such as K7-42: tells which letter belongs to which page, and proves nothing. */
function newReference(): string {
  const letter = REFERENCE_LETTERS[randomInt(REFERENCE_LETTERS.length)]!
  return `${letter}${randomInt(1, 10)}-${randomInt(10, 100)}`
}
