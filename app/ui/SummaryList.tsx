import type { ReactNode } from 'react'
import type { Examples } from './example.ts'

/**
 * Names and what they are: from, for whom, when.
 *
 * @param isShort - name and value share a line, without rules between: where what follows matters more.
 */
export function SummaryList({ rows, isShort = false }: { rows: [name: string, value: ReactNode][]; isShort?: boolean }) {
  return (
    <dl className={isShort ? 'facts short' : 'facts'}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
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
  short: <SummaryList isShort rows={[['From', 'Dr. Cole, North Clinic (cole@example.com)']]} />,
}
