import type { DraftLine } from '../../server/views.ts'
import { useTell } from '../language/moment.ts'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'

/** What somebody has begun to write back and not sent, with the way back to it. */
export function BegunAnswers({ drafts }: { drafts: DraftLine[] }) {
  const { draft: words, messages } = useWords()
  const tell = useTell()
  if (drafts.length === 0) return null
  return (
    <section className="notice calm" aria-labelledby="begun">
      <h2 id="begun">{words.begun}</h2>
      <p>{words.begunText}</p>
      <ul className="begun">
        {drafts.map(({ message, subject, savedAt }) => (
          <li key={message}>
            <a href={`/messages/${message}/reply`}>
              <bdi>{subject ?? messages.noSubject}</bdi>
            </a>
            <br />
            {words.savedOn(tell(savedAt, 'day'))}
          </li>
        ))}
      </ul>
    </section>
  )
}

export const examples: Examples = {
  two: (
    <BegunAnswers
      drafts={[
        { message: 'msg_1', subject: 'Your visit on Monday', savedAt: Date.UTC(2026, 0, 7, 14) },
        { message: 'msg_2', subject: null, savedAt: Date.UTC(2026, 0, 5, 14) },
      ]}
    />
  ),
}
