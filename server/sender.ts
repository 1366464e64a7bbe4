import type { Instant } from './time.ts'

export const SCOPES = ['deposit', 'read', 'retract', 'replies'] as const
export type Scope = (typeof SCOPES)[number]

/** A system that deposits, with its own credentials. */
export interface Client {
  id: string
  organization: string
  name: string
  scopes: Scope[]
  createdAt: Instant
  expiresAt: Instant | null
  revokedAt: Instant | null
}

/** Who deposited, and who gets the replies: a client or a member of staff. */
export interface SenderRef {
  kind: 'client' | 'staff'
  id: string
  organization: string
}
