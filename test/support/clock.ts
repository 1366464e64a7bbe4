import type { Clock, Instant } from '../../server/time.ts'
import { NEW_YEAR } from './storage.ts'

/** A clock that stands still until the test moves it. */
export interface HandClock {
  /** What the portal is given. */
  read: Clock
  /** Moves it on by so many milliseconds; says what time it is then. */
  advance(milliseconds: number): Instant
  /** Puts it anywhere, back too. */
  set(at: Instant): void
}

export function handClock(at: Instant = NEW_YEAR): HandClock {
  let now = at
  return {
    read: () => now,
    advance(milliseconds) {
      now += milliseconds
      return now
    },
    set(moment) {
      now = moment
    },
  }
}
