import { type Asking, type AuthenticatedClient, senderRef } from './asking.ts'
import type { Deposit } from './deposit.ts'
import { PortalError } from './errors.ts'
import type { Scope, SenderRef } from './sender.ts'
import type { Level, Method } from './sign-in/store.ts'
import { requireStaff } from './sign-in/visitor.ts'
import type { Tx } from './store.ts'
import type { Actor } from './trail/entry.ts'

/** @throws PortalError `forbidden` when these credentials do not reach that far. */
export function requireScope({ scopes }: AuthenticatedClient, scope: Scope): void {
  if (!scopes.includes(scope)) throw new PortalError('forbidden', `These credentials do not include the scope "${scope}".`)
}

/**
 * The side of the clinic that asks, once it is certain that it may: a system with this scope, or a provider.
 *
 * @throws PortalError `forbidden`; `sign_in_required` for staff below two factors.
 */
export function requireSender(asking: Asking, scope: Scope): SenderRef {
  if ('client' in asking) requireScope(asking.client, scope)
  else requireStaff(asking.staff, 'provider')
  return senderRef(asking)
}

/** What the trail says of who asked. */
export function askingActor(asking: Asking): { organization: string; actor: Actor; level?: Level; method?: Method } {
  const { kind, id, organization } = senderRef(asking)
  const who = { organization, actor: { kind, id } }
  return 'client' in asking ? who : { ...who, level: asking.staff.level, method: asking.staff.method }
}

/**
 * A deposit of this very sender. Somebody else's equals none, in the same words.
 *
 * @throws PortalError `not_found`.
 */
export async function ownDeposit(tx: Tx, sender: SenderRef, id: string): Promise<Deposit> {
  const deposit = await tx.deposits.find(id)
  const isOwn =
    deposit !== null &&
    deposit.organization === sender.organization &&
    deposit.sender.kind === sender.kind &&
    deposit.sender.id === sender.id
  if (!isOwn) throw new PortalError('not_found', 'There is no such deposit.')
  return deposit
}
