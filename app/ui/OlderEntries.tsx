import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'

interface OlderEntriesProps {
  /** Of the first page, with what was chosen. */
  path: string
  /** What comes before the last one shown; null at the end. */
  next: number | null
  isFirst: boolean
}

/** The way through what happened, page by page. */
export function OlderEntries({ path, next, isFirst }: OlderEntriesProps) {
  const words = useWords().history
  return (
    <>
      {isFirst ? null : (
        <p>
          <a href={path}>{words.newest}</a>
        </p>
      )}
      {next === null ? null : (
        <p>
          <a href={`${path}${path.includes('?') ? '&' : '?'}before=${next}`}>{words.older}</a>
        </p>
      )}
    </>
  )
}

export const examples: Examples = { between: <OlderEntries path="/who-opened" next={12} isFirst={false} /> }
