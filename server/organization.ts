import type { Instant } from './time.ts'

/** A clinic or hospital. Everything belongs to exactly one. */
export interface Organization {
  id: string
  name: string
  /** Shown wherever a patient may need a person to talk to. */
  phone: string
  /** IANA zone the organization's times are told in to people whose own zone is not known. */
  timeZone: string
  /** Whether notices may name it; the name of a clinic can say what someone is treated for. */
  namedInNotices: boolean
  /** Working days within which patients may expect an answer; nothing when the organization does not say. */
  answersWithinDays?: number | null
  createdAt: Instant
}

/** What the portal asks of a database about them. */
export interface Organizations {
  /** Also makes the organization's first key-encryption key. */
  add(organization: Organization): Promise<void>
  find(id: string): Promise<Organization | null>
  /** Keeps its settings as they are here. False when there is no such organization. */
  change(organization: Organization): Promise<boolean>
  /** The one there is; null where there are several, or none. */
  only(): Promise<Organization | null>
  list(): Promise<Organization[]>
}
