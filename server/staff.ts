import type { Instant } from './time.ts'

export const ROLES = ['provider', 'compliance', 'administrator'] as const
export type Role = (typeof ROLES)[number]

/** A person who works for an organization. Only a provider sees content, and only what they sent or were answered. */
export interface StaffMember {
  id: string
  organization: string
  /** Normalized e-mail address. */
  address: string
  name: string
  role: Role
  createdAt: Instant
  disabledAt: Instant | null
}
