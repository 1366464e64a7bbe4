import { createHash } from 'node:crypto'
import { type Asking, type AuthenticatedClient, senderRef } from './asking.ts'
import { type ReadyContent, readyContent } from './deposit-content.ts'
import { keepDeposit } from './deposit-keeping.ts'
import type { DepositKey } from './deposit-key.ts'
import { checkRequest, type DepositRequest } from './deposit-request.ts'
import { PortalError } from './errors.ts'
import { checkedKey } from './idempotency-key.ts'
import { dropStaged } from './incoming-file.ts'
import { keyNaming } from './intake/sealed-message.ts'
import { keyReused, type Once, onceForForm, type SentForm, unlessDone } from './once.ts'
import { requireScope } from './own-deposit.ts'
import type { Parts } from './parts.ts'
import { requireStaff, type Staff, type Visitor } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'

/** What is needed to make a deposit. */
export type DepositingParts = Pick<Parts, 'store' | 'clock' | 'sanitizer' | 'settings' | 'wakeOutbox'>

/** What is answered of a deposit: `replayed` when it had been made before. */
interface Placed {
  id: string
  answer: string
  replayed: boolean
}

/** Deposits under way in this process, by client and key, with the hash of their body. Across processes the database decides. */
const running = new Map<string, string>()

/**
 * Keeps a deposit of a system. Resolves when it is durable. One client and one key make one deposit, however often and from wherever
 * they are sent.
 *
 * @param idempotency.key - as sent by the client; 1 to 255 visible ASCII characters.
 * @param idempotency.bodyHash - SHA-256 of the request's bytes: tells a repetition from a mistake.
 * @returns the deposit's id, and the API's answer as JSON text: the very same for a repetition (`replayed`).
 * @throws PortalError `forbidden`; `idempotency_key_missing`, `idempotency_key_reused`, `idempotency_running`; and what
 * {@link placeDeposit} throws.
 */
export async function deposit(
  parts: DepositingParts,
  client: AuthenticatedClient,
  request: DepositRequest,
  idempotency: { key: string | null; bodyHash: string },
): Promise<{ id: string; answer: string; replayed: boolean }> {
  requireScope(client, 'deposit')
  const once = { keyHash: sha256(checkedKey(idempotency.key)), bodyHash: idempotency.bodyHash }
  const look = (tx: Tx) => earlierAnswer(tx, { client }, once)
  // In one look: each costs as much by itself as what is asked in it.
  const [before, sealedUnder] = await parts.store.read(async tx => Promise.all([look(tx), keyOf(tx, request)]))
  const place = () => placeDeposit(parts, { client }, request, { idempotency: once, sealedUnder })
  const slot = `${client.client.id} ${once.keyHash}`
  const again = () => parts.store.transaction(look)
  return (before && (await again())) ?? exclusively(slot, once.bodyHash, () => unlessDone(place, again))
}

/**
 * A deposit made by hand. One form makes one deposit, however often it is sent.
 *
 * @throws PortalError `forbidden` for anyone but a provider; and what {@link placeByHand} throws.
 */
export async function composeDeposit(
  parts: DepositingParts,
  visitor: Visitor,
  request: DepositRequest,
  form: SentForm = { formId: null },
): Promise<{ id: string }> {
  const staff = requireStaff(visitor, 'provider')
  const { content, files = [], ...rules } = request
  const { attachments, ...words } = content.kind === 'message' ? content.message : { ...content, attachments: [] }
  return placeByHand(parts, staff, request, { once: onceForForm(form, 'compose', [rules, words], [...attachments, ...files]) })
}

/**
 * As {@link placeDeposit}, for staff, who must have been checked before.
 *
 * @param more.once - of the form it was sent with: a second time it is answered with the first deposit's id, and nothing is made.
 * @throws PortalError `idempotency_key_reused` when that form came with other words before; and what {@link placeDeposit} throws.
 */
export async function placeByHand(
  parts: DepositingParts,
  staff: Staff,
  request: DepositRequest,
  { once, ...more }: { once: Once | null; inReplyTo?: string },
): Promise<{ id: string }> {
  if (once === null) return idOf(await placeDeposit(parts, { staff }, request, more))
  const look = (tx: Tx) => earlierAnswer(tx, { staff }, once)
  const place = () => placeDeposit(parts, { staff }, request, { ...more, idempotency: once })
  const again = () => parts.store.transaction(look)
  const before = await parts.store.read(look)
  return idOf((before && (await again())) ?? (await unlessDone(place, again)))
}

const idOf = ({ id }: { id: string }): { id: string } => ({ id })

/**
 * Checks a deposit, makes its content ready and keeps it, with its notices and its entries in the trail, in one transaction. Who
 * asks must have been checked before.
 *
 * @param more.inReplyTo - id of the reply that is answered; the request then names the reply's thread.
 * @param more.sealedUnder - our key that sealed content names, where it has been looked up.
 * @throws PortalError `invalid`, with pointers to every field that is wrong; `too_large`; `undecipherable` or `malformed` for sealed
 * content; `conflict` when the idempotency key was used before.
 */
async function placeDeposit(
  parts: DepositingParts,
  sender: Asking,
  request: DepositRequest,
  more: { idempotency?: Once; inReplyTo?: string; sealedUnder?: DepositKey | null } = {},
): Promise<Placed> {
  const now = parts.clock()
  checkRequest(request, now)
  const ready: ReadyContent = await readyContent(parts, sender, request, now, more.sealedUnder)
  const { idempotency = null, inReplyTo = null } = more
  const keeping = { sender, request, ready, now, settings: parts.settings, idempotency, inReplyTo }
  // A key that was used before ends in a conflict. Whoever was quicker may be in the same commit; the conflict, too, is told after it.
  // A system has time; a member of staff looks at the form.
  const placed = await parts.store
    .transaction(tx => keepDeposit(tx, keeping), { givesWay: 'client' in sender })
    .catch(error => letGoOf(parts, sender, ready.sealedFiles, error))
  parts.wakeOutbox()
  return { ...placed, replayed: false }
}

/** Our key that sealed content names; null where it names none, which is told when it is to be opened. */
async function keyOf(tx: Tx, { content }: DepositRequest): Promise<DepositKey | null> {
  const kid = content.kind === 'jwe' ? keyNaming(content.jwe) : null
  return kid === null ? null : tx.depositKeys.find(kid)
}

/** What cannot be let go now is swept within the hour; why the deposit was not made is what counts. */
async function letGoOf({ store }: DepositingParts, sender: Asking, files: string[], error: unknown): Promise<never> {
  await dropStaged(store, senderRef(sender), files).catch(() => undefined)
  throw error
}

async function earlierAnswer(tx: Tx, asking: Asking, once: Once): Promise<Placed | null> {
  const earlier = await tx.deposits.findByIdempotencyKey(senderRef(asking).id, once.keyHash)
  if (earlier?.idempotency == null) return null
  if (earlier.idempotency.bodyHash !== once.bodyHash) throw keyReused()
  return { id: earlier.id, answer: earlier.idempotency.answer, replayed: true }
}

async function exclusively<T>(slot: string, bodyHash: string, work: () => Promise<T>): Promise<T> {
  const other = running.get(slot)
  if (other !== undefined && other !== bodyHash) throw keyReused()
  if (other !== undefined) {
    const sentence = 'A deposit with this Idempotency-Key is just being kept. Ask again in a moment.'
    throw new PortalError('idempotency_running', sentence, { retryAfterSeconds: 1 })
  }
  running.set(slot, bodyHash)
  try {
    return await work()
  } finally {
    running.delete(slot)
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')
