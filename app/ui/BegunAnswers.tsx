import type { DraftLine } from '../../server/views.ts'
import { useTell } from '../language/moment.ts'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'

/** More would push new messages off the screen of a phone. */
const AT_ONCE = 2

/** What somebody has begun to write back and not sent, with the way back to it. */
export function BegunAnswers({ drafts }: { drafts: DraftLine[] }) {
  const words = useWords().draft
  if (drafts.length === 0) return null
  return (
    <section className="notice calm" aria-labelledby="begun">
      <h2 id="begun">{words.begun}</h2>
      <p>{words.begunText}</p>
      <Begun drafts={drafts.slice(0, AT_ONCE)} />
      {drafts.length > AT_ONCE ? (
        <details>
          <summary>{words.begunEarlier}</summary>
          <Begun drafts={drafts.slice(AT_ONCE)} />
        </details>
      ) : null}
    </section>
  )
}

function Begun({ drafts }: { drafts: DraftLine[] }) {
  const { draft: words, messages } = useWords()
  const tell = useTell()
  return (
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
  )
}

const two: DraftLine[] = [
  { message: 'msg_1', subject: 'Your visit on Monday', savedAt: Date.UTC(2026, 0, 7, 14) },
  { message: 'msg_2', subject: null, savedAt: Date.UTC(2026, 0, 5, 14) },
]
export const examples: Examples = {
  two: <BegunAnswers drafts={two} />,
  'more than two': (
    <BegunAnswers drafts={[...two, { message: 'msg_3', subject: 'Your shoes', savedAt: Date.UTC(2026, 0, 3, 14) }]} />
  ),
}
