import { days, hours, type Instant } from '../time.ts'
import { CLOCK_SLACK } from './session.ts'
import type { Recovery } from './store.ts'

/** Long enough for the account's own person to read the letter and to stop it. */
export const RECOVERY_DELAY = hours(24)
/** Then the code must be spent anew: no way in is left open for good. */
const OPEN_FOR = days(7)
/** A code from the desk lies on a slip of paper: it counts so long from when it was given, the wait included. */
const CLAIM_CODE_LASTS = days(7)

/** `waiting`: nobody may enrol yet. `open`: whoever has mailbox and printed code may. `over`: neither is possible any more. */
export type RecoveryStanding = 'waiting' | 'open' | 'over'

type Times = Pick<Recovery, 'id' | 'startedAt' | 'opensAt'>

/** What a recovery was started with, which its id tells: a printed code by its person (`rec_…`), or a code from the desk (`clm_…`). */
export const startedWith = ({ id }: Pick<Recovery, 'id'>): 'printed_code' | 'claim_code' =>
  id.startsWith('clm_') ? 'claim_code' : 'printed_code'

/** From then on it is over. */
export const closesAt = (recovery: Times): Instant =>
  startedWith(recovery) === 'claim_code' ? recovery.startedAt + CLAIM_CODE_LASTS : recovery.opensAt + OPEN_FOR

/** How a running recovery stands now. One that was begun under a clock that has been put back since has no known age: it is over. */
export function recoveryStanding(recovery: Times, now: Instant): RecoveryStanding {
  if (recovery.startedAt > now + CLOCK_SLACK) return 'over'
  if (now < recovery.opensAt) return 'waiting'
  return now < closesAt(recovery) ? 'open' : 'over'
}
