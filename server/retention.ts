import type { Instant } from './time.ts'

/** What disposal asks of a database. */
export interface Retention {
  /** Messages whose retention is over and that are still kept, those that are longest over first, from behind `after` on. */
  due(
    now: Instant,
    after: { id: string; retainUntil: Instant } | null,
    limit: number,
  ): Promise<{ id: string; retainUntil: Instant }[]>
  /** By which class each of these deposits is kept. */
  classOf(deposits: readonly string[]): Promise<Map<string, string>>
}

/**
 * How many years the organization keeps what was deposited, by class. Six is the floor for everything that documents a privacy practice
 * (45 CFR 164.316(b)(2)(i)); seven covers the usual state rules for adults' clinical records.
 */
export const RETENTION_YEARS = { clinical: 7, administrative: 6 } as const
export type RetentionClass = keyof typeof RETENTION_YEARS
export const DEFAULT_RETENTION: RetentionClass = 'clinical'

export const isRetentionClass = (word: string): word is RetentionClass => Object.hasOwn(RETENTION_YEARS, word)

/** Until when sealed content is kept: never shorter than its recipient may read it. */
export const retainUntil = (kind: RetentionClass, now: Instant, expiresAt: Instant): Instant =>
  Math.max(addYears(now, RETENTION_YEARS[kind]), expiresAt)

/** The same day and time so many years on, in UTC; 29 February becomes 1 March. */
export function addYears(at: Instant, years: number): Instant {
  const date = new Date(at)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return date.getTime()
}
