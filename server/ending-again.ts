import { dispose } from './disposal.ts'
import type { Ending, EndingWord } from './ending-journal.ts'
import { newSecret } from './ids.ts'
import { OUTLIVES_ITS_MESSAGE } from './outbox.ts'
import { mayRetract } from './retraction.ts'
import { hashToken } from './sign-in/token.ts'
import type { Store, Tx } from './store.ts'
import type { Instant } from './time.ts'
import { OPERATOR, PORTAL_ITSELF, record } from './trail/entry.ts'

const BATCH = 50

interface Times {
  /** When the last entry was written that the backup holds. */
  since: Instant
  now: Instant
}

/**
 * Ends again what had ended since a backup, and places again the holds that had been placed. What the backup does not hold is passed
 * over.
 *
 * @param endings - from several journals, in any order; what had ended before the backup, too.
 * @returns how many were ended or placed now.
 */
export async function endAgain(store: Pick<Store, 'transaction'>, endings: readonly Ending[], times: Times): Promise<number> {
  const last = lastOfEach(endings)
  let ended = 0
  for (let from = 0; from < last.length; from += BATCH) {
    const batch = last.slice(from, from + BATCH)
    ended += await store.transaction(async tx => {
      let done = 0
      for (const ending of batch) if (await AGAIN[ending.what](tx, ending, times)) done++
      return done
    })
  }
  return ended
}

/** What was taken back and then disposed of is disposed of, whichever journal says which; a hold that was released is not placed. */
function lastOfEach(endings: readonly Ending[]): Ending[] {
  const byName = new Map(endings.map(ending => [`${ending.what} ${ending.id}`, ending]))
  for (const { what, id } of byName.values()) {
    if (what === 'disposed') byName.delete(`retracted ${id}`)
    if (what === 'released') byName.delete(`held ${id}`)
  }
  return [...byName.values()]
}

/** What each word of the journal asks for. @returns whether anything was to be done */
const AGAIN: Record<EndingWord, (tx: Tx, ending: Ending, times: Times) => Promise<boolean>> = {
  async disposed(tx, { id }, { now }) {
    const message = await tx.messages.find(id)
    return message !== null && (await dispose(tx, [message], 'disposed_before', OPERATOR, now)) === 1
  },

  async retracted(tx, { id }, { now }) {
    const message = await tx.messages.find(id)
    if (message === null || !mayRetract(message)) return false
    const retracted = await tx.messages.transition(id, [message.state], 'retracted', {
      ...{ at: now, retractionReason: 'other', tellRecipient: false },
    })
    if (retracted === null) return false
    await record(tx, now, {
      ...{ organization: message.organization, actor: OPERATOR, object: id },
      ...{ action: 'message.retracted', revision: retracted.revision },
      detail: { reason: 'other', wasOpened: message.openedAt !== null, again: true },
    })
    await tx.outbox.cancelForMessages([id], now, OUTLIVES_ITS_MESSAGE)
    return true
  },

  async revoked(tx, { id }, { now }) {
    const client = await tx.clients.find(id)
    const revision = await tx.clients.revoke(id, now)
    if (client === null || revision === null) return false
    const entry = { organization: client.organization, actor: OPERATOR, object: id, detail: AS_BEFORE }
    await record(tx, now, { ...entry, action: 'client.revoked', revision })
    return true
  },

  /** The old credentials may be why there were new ones, and the new ones are lost: it has none that anybody knows. */
  async replaced(tx, { id, at }, { since, now }) {
    const client = at > since ? await tx.clients.find(id) : null
    if (client === null) return false
    const nobodys = { apiKeyHash: hashToken(newSecret()), secretHash: hashToken(newSecret()) }
    const revision = await tx.clients.replaceCredentials(id, nobodys)
    if (revision === null) return false
    const entry = { organization: client.organization, actor: OPERATOR, object: id, detail: AS_BEFORE }
    await record(tx, now, { ...entry, action: 'client.rotated', revision })
    return true
  },

  async disabled(tx, { id }, { now }) {
    const member = await tx.staff.find(id)
    if (member === null || !(await tx.staff.disable(id, now))) return false
    const entry = { organization: member.organization, actor: OPERATOR, object: id, detail: AS_BEFORE }
    await record(tx, now, { ...entry, action: 'staff.disabled' })
    return true
  },

  async removed(tx, { id, organization = PORTAL_ITSELF }, { now }) {
    if (!(await tx.signIn.factors.remove(id))) return false
    await record(tx, now, { organization, actor: OPERATOR, action: 'factor.removed', object: id, detail: AS_BEFORE })
    return true
  },

  async held(tx, { id, at, organization, covers }, { now }) {
    if (organization === undefined || covers === undefined || (await tx.organizations.find(organization)) === null) return false
    if ((await tx.holds.find(id)) !== null) return false
    await tx.holds.add({ id, organization, object: covers, reason: REASON_LOST, placedAt: at, releasedAt: null })
    const detail = { covers, ...AS_BEFORE }
    await record(tx, now, { organization, actor: OPERATOR, action: 'hold.placed', object: id, detail })
    return true
  },

  /** Who put the backup back looks at it once more: keeping too long can be put right, destroying cannot. */
  released: async () => false,
}

const AS_BEFORE = { again: true }
const REASON_LOST = 'It had been placed before this portal was restored from a backup. Its reason was lost.'
