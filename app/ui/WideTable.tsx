import type { ReactNode } from 'react'
import type { Examples } from './example.ts'

/** A table that may be wider than the screen: it scrolls by itself, by touch and by arrow keys. */
export function WideTable({ caption, columns, children }: { caption: string; columns: string[]; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus, or arrow keys cannot reach it (WCAG 2.1.1)
    <section className="scroll" aria-label={caption} tabIndex={0}>
      <table>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(column => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  )
}

export const examples: Examples = {
  plain: (
    <WideTable caption="Sent" columns={['Message', 'For']}>
      <tr>
        <th scope="row">Your visit on Monday</th>
        <td>Ada Lopez</td>
      </tr>
    </WideTable>
  ),
}
