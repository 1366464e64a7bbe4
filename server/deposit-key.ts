import type { Instant } from './time.ts'

/** Key pairs that deposits are sealed to. */
export interface DepositKeys {
  add(key: DepositKey): Promise<void>
  find(kid: string): Promise<DepositKey | null>
  /** Keys that are still published at this moment, newest first. */
  published(now: Instant): Promise<DepositKey[]>
}

export interface DepositKey {
  kid: string
  /** The private JWK (with `d`), sealed at rest. */
  privateJwk: Record<string, unknown>
  createdAt: Instant
  /** After this moment a deposit sealed to it is refused. */
  expiresAt: Instant
}
