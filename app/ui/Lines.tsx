import { Fragment } from 'react'
import type { Examples } from './example.ts'

/** More than a letter has. An element for each of a hundred thousand would hold up everybody while the page is made. */
const MOST_LINES = 2_000

/** Text as somebody wrote it. By styles alone, only whoever has styles would see where its lines and paragraphs end. */
export function Lines({ text }: { text: string }) {
  if (text.split('\n', MOST_LINES + 1).length > MOST_LINES) return text
  return text.split('\n\n').map((paragraph, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: it is only ever shown, and two may be the same
    <p key={i}>
      {paragraph.split('\n').map((line, j) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <Fragment key={j}>
          {j === 0 ? null : <br />}
          {line}
        </Fragment>
      ))}
    </p>
  ))
}

export const examples: Examples = {
  plain: (
    <div className="letter">
      <Lines text={'Dear Ms. Lopez,\n\nplease come on Monday.\nDr. Cole'} />
    </div>
  ),
}
