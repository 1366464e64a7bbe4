import type { SearchResult } from '../../server/views.ts'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { MessageList } from './MessageList.tsx'

/** What a search has found, and how far it went. */
export function FoundMessages({ found: { lines, looked, isMore } }: { found: SearchResult }) {
  const words = useWords().search
  return (
    <section aria-labelledby="found-title">
      <h2 id="found-title">{words.found(lines.length)}</h2>
      {lines.length > 0 ? <MessageList lines={lines} /> : <p>{words.none}</p>}
      {isMore ? <p>{words.more(looked)}</p> : null}
    </section>
  )
}

const line = {
  id: 'msg_1',
  direction: 'to_recipient' as const,
  subject: 'Your visit on Monday',
  from: 'Dr. Cole',
  organization: 'North Clinic',
  state: 'opened' as const,
  isNew: false,
  attachmentCount: 0,
  createdAt: Date.UTC(2026, 0, 5, 15),
  expiresAt: Date.UTC(2026, 1, 5, 15),
}
export const examples: Examples = {
  one: <FoundMessages found={{ lines: [line], looked: 12, isMore: false }} />,
  'not all': <FoundMessages found={{ lines: [line], looked: 500, isMore: true }} />,
  none: <FoundMessages found={{ lines: [], looked: 12, isMore: false }} />,
}
