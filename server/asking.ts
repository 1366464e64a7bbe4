import type { Client, Scope, SenderRef } from './sender.ts'
import type { Staff } from './sign-in/visitor.ts'

/** A system that has proven itself, and what its credentials allow it this time. */
export interface AuthenticatedClient {
  client: Client
  scopes: Scope[]
}

/** Who asks about deposits: a system with its scopes, or a member of staff. */
export type Asking = { client: AuthenticatedClient } | { staff: Staff }

/** The side of the clinic that a deposit or reply belongs to. */
export const senderRef = (asking: Asking): SenderRef =>
  'client' in asking
    ? { kind: 'client', id: asking.client.client.id, organization: asking.client.client.organization }
    : { kind: 'staff', id: asking.staff.person.id, organization: asking.staff.person.organization }
