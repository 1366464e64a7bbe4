import type { Instant } from '../../server/time.ts'
import { DateTime } from './DateTime.tsx'
import type { Examples } from './example.ts'

export interface TimelineStep {
  key: string
  at: Instant
  what: string
  detail?: string | null
}

/** What happened, in order. */
export function Timeline({ steps }: { steps: TimelineStep[] }) {
  return (
    <ol className="timeline">
      {steps.map(({ key, at, what, detail }) => (
        <li key={key}>
          <strong>{what}</strong> <DateTime at={at} />
          {detail ? <p className="hint">{detail}</p> : null}
        </li>
      ))}
    </ol>
  )
}

export const examples: Examples = {
  plain: (
    <Timeline
      steps={[
        { key: '1', at: Date.UTC(2026, 0, 5, 15), what: 'Deposited' },
        { key: '2', at: Date.UTC(2026, 0, 5, 15, 1), what: 'Notice handed to the mail server', detail: '250 OK' },
      ]}
    />
  ),
}
