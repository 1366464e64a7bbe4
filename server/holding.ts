import { PortalError } from './errors.ts'
import type { Hold } from './hold.ts'
import { newId } from './ids.ts'
import type { Parts } from './parts.ts'
import { OPERATOR, record } from './trail/entry.ts'

type HoldParts = Pick<Parts, 'store' | 'clock'>

/**
 * Keeps what it covers from being destroyed, from this moment on.
 *
 * @throws PortalError `not_found` when the organization has no such thing; `invalid`.
 */
export async function placeHold(
  { store, clock }: HoldParts,
  { organization, object, reason }: Pick<Hold, 'organization' | 'object' | 'reason'>,
): Promise<Hold> {
  if (reason.trim() === '') throw new PortalError('invalid', 'A hold needs a reason.')
  return store.transaction(async tx => {
    const now = clock()
    const [message] = object.startsWith('msg_') ? await tx.messages.findMany([object]) : []
    const found =
      message ??
      (object === organization ? await tx.organizations.find(object) : null) ??
      (object.startsWith('rcp_') ? await tx.recipients.find(object) : null) ??
      (object.startsWith('dep_') ? await tx.deposits.find(object) : null) ??
      (object.startsWith('thr_') ? (await tx.messages.ofThread(object))[0] : null)
    const isTheirs = found && ('organization' in found ? found.organization : found.id) === organization
    if (!isTheirs) throw new PortalError('not_found', `The organization ${organization} has no ${object}.`)
    const hold: Hold = { id: newId('hld', now), organization, object, reason, placedAt: now, releasedAt: null }
    await tx.holds.add(hold)
    await record(tx, now, { organization, actor: OPERATOR, action: 'hold.placed', object: hold.id, detail: { covers: object } })
    return hold
  })
}

/** @throws PortalError `not_found` when there is no such hold in force. */
export async function releaseHold({ store, clock }: HoldParts, id: string): Promise<Hold> {
  return store.transaction(async tx => {
    const now = clock()
    const hold = await tx.holds.find(id)
    if (hold === null || !(await tx.holds.release(id, now))) throw new PortalError('not_found', `No hold ${id} is in force.`)
    const detail = { covers: hold.object }
    await record(tx, now, { organization: hold.organization, actor: OPERATOR, action: 'hold.released', object: id, detail })
    return { ...hold, releasedAt: now }
  })
}
