import type { DepositedMessage, DepositLine } from '../../server/views.ts'
import { staffWords } from '../language/staff.ts'
import { DateTime } from './DateTime.tsx'
import type { Examples } from './example.ts'
import { progressOf, wantsAttention } from './progress.ts'
import { exampleDeposit } from './SentList.tsx'
import { StatusTag } from './StatusTag.tsx'
import { SummaryList } from './SummaryList.tsx'
import type { TimelineStep } from './Timeline.tsx'
import { Timeline } from './Timeline.tsx'

/** One deposit: what it is, and what happened for each recipient. */
export function DepositSummary({ deposit }: { deposit: DepositLine }) {
  const words = staffWords.deposit
  return (
    <>
      <SummaryList
        rows={[
          [words.sent, <DateTime key="sent" at={deposit.createdAt} />],
          ...(deposit.reference ? [[words.reference, deposit.reference] as [string, string]] : []),
        ]}
      />
      {deposit.messages.map(message => (
        <section key={message.id} className="card" aria-labelledby={`${message.id}-title`}>
          <h2 id={`${message.id}-title`}>
            <bdi>{message.recipientName || message.recipient}</bdi>{' '}
            <StatusTag strong={wantsAttention(progressOf(message))}>{staffWords.progress[progressOf(message)]}</StatusTag>
          </h2>
          <p>
            <bdi>{message.recipient}</bdi> · {words.until} <DateTime at={message.expiresAt} />
          </p>
          <Timeline steps={stepsOf(message, deposit.createdAt)} />
        </section>
      ))}
    </>
  )
}

/** Deposited, each notice with what the mail server said, each receipt, withdrawn: in order. */
function stepsOf(message: DepositedMessage, depositedAt: number): TimelineStep[] {
  const steps: TimelineStep[] = [
    { key: 'deposited', at: depositedAt, what: staffWords.deposit.deposited },
    ...message.notices.map(({ state, at, attempts, answer }, i) => ({
      key: `notice-${i}`,
      at,
      what: staffWords.letters[state] ?? state,
      detail: [staffWords.attempts(attempts), answer].filter(Boolean).join(' · '),
    })),
    ...message.receipts
      // What a mail server did is told by the notices, with its own words.
      .filter(({ stage }) => message.notices.length === 0 || !stage.startsWith('notice'))
      .map(({ id, stage, at, attachment }) => ({ key: id, at, what: staffWords.stages[stage], detail: attachment })),
    ...(message.retractedAt ? [{ key: 'withdrawn', at: message.retractedAt, what: staffWords.withdraw.done }] : []),
  ]
  return steps.sort((a, b) => a.at - b.at)
}

export const examples: Examples = { 'two recipients': <DepositSummary deposit={exampleDeposit} /> }
