import type { Message } from './message.ts'
import type { Instant } from './time.ts'

/** A legal hold: while it lasts nothing it covers is destroyed. It hides nothing, and never keeps anything from being hidden. */
export interface Hold {
  id: string
  organization: string
  /** What it covers: the organization's own id for everything it keeps, or a recipient, thread, deposit or message. */
  object: string
  /** Why, in the words of whoever placed it; sealed at rest. */
  reason: string
  placedAt: Instant
  releasedAt: Instant | null
}

/** What holds ask of a database. */
export interface Holds {
  add(hold: Hold): Promise<void>
  find(id: string): Promise<Hold | null>
  /** Says whether it was still in force. */
  release(id: string, at: Instant): Promise<boolean>
  /** Newest first, released ones too. */
  list(organization: string): Promise<Hold[]>
  /**
   * Which of these messages a hold in force covers, whatever it names: the message, its deposit, thread or recipient, the organization.
   *
   * @throws PortalError `tampered` when a hold of their organizations is not what was placed, or the trail knows of one that is not there.
   */
  covering(messages: readonly Message[]): Promise<Set<string>>
}
