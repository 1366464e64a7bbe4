import type { DepositedMessage } from '../../server/views.ts'
import type { staffWords } from '../language/staff.ts'

type Progress = keyof typeof staffWords.progress

/** How far a message got, in one word: what is over comes before what was reached, what was reached before what was tried. */
export function progressOf({ state, receipts, notices }: DepositedMessage): Progress {
  const reached = new Set(receipts.map(({ stage }) => stage))
  if (state === 'retracted') return 'withdrawn'
  if (state === 'disposed') return 'disposed'
  if (reached.has('not_for_me')) return 'notForMe'
  if (state === 'expired') return 'expired'
  if (reached.has('replied')) return 'replied'
  if (state === 'opened') return 'opened'
  const last = notices.at(-1)?.state
  if (last === 'bounced' || last === 'failed') return 'bounced'
  return reached.has('noticed') || last === 'sent' ? 'notified' : 'waiting'
}

/** What a sender should look at. */
export const wantsAttention = (progress: Progress): boolean =>
  progress === 'bounced' || progress === 'notForMe' || progress === 'replied'
