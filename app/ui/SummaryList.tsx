import type { ReactNode } from 'react'
import type { Examples } from './example.ts'

/** Names and what they are: from, for whom, when. */
export function SummaryList({ rows }: { rows: [name: string, value: ReactNode][] }) {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export const examples: Examples = {
  plain: (
    <SummaryList
      rows={[
        ['From', 'Dr. Cole, North Clinic'],
        ['For', 'Ada Lopez'],
      ]}
    />
  ),
}
