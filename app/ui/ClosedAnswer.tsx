import type { AnswerView } from '../../server/views.ts'
import { useTell } from '../language/moment.ts'
import { useWords } from '../language/words.ts'
import { CallUs } from './CallUs.tsx'
import { exampleFrame } from './Envelope.tsx'
import type { Examples } from './example.ts'
import { Notice } from './Notice.tsx'
import { OwnWords } from './OwnWords.tsx'
import { Page } from './Page.tsx'
import { PostButton } from './PostButton.tsx'

/** A message that can no longer be answered: why, what else can be done, and what was written, for it is the writer's. */
export function ClosedAnswer({ view: { frame, window, moreTimeAsked, draft }, at }: { view: AnswerView; at: string }) {
  const words = useWords().closed
  const { expired, message, reply } = useWords()
  const tell = useTell()
  const text = draft ? (draft.aside?.text ?? draft.text) : ''
  return (
    <Page title={words.title}>
      {window === 'expired' && moreTimeAsked ? (
        <Notice kind="calm">{words.asked}</Notice>
      ) : (
        <p>{words[window === 'open' ? 'gone' : window]}</p>
      )}
      {window === 'expired' && !moreTimeAsked ? (
        <PostButton to={at.replace(/reply$/, 'more-time')}>{expired.ask}</PostButton>
      ) : null}
      <p>{words.call}</p>
      <CallUs organization={frame?.organization} phone={frame?.phone} />
      {draft && text !== '' ? <OwnWords label={words.yours} hint={words.copy(tell(draft.keptUntil, 'day'))} text={text} /> : null}
      {draft?.aside && draft.text !== '' ? <Earlier text={draft.text} /> : null}
      {draft && draft.files.length > 0 ? (
        <>
          <p>{words.files}</p>
          <ul>
            {draft.files.map(({ id, name }) => (
              <li key={id}>
                <bdi>{name}</bdi>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <ul className="inline">
        <li>
          <a href="/messages">{message.all}</a>
        </li>
        {draft ? (
          <li>
            <a href={`${at}/delete`}>{reply.remember}</a>
          </li>
        ) : null}
      </ul>
    </Page>
  )
}

function Earlier({ text }: { text: string }) {
  const words = useWords().draft
  return (
    <>
      <h2>{words.before}</h2>
      <div className="letter" dir="auto">
        {text}
      </div>
    </>
  )
}

const view: AnswerView = {
  ...{ frame: exampleFrame, subject: null, window: 'expired', moreTimeAsked: false, ticket: '1.word', answered: null },
  draft: {
    ...{ version: 'one', text: 'Thank you for the letter. May I', aside: null },
    savedAt: Date.UTC(2026, 0, 7, 14),
    keptUntil: Date.UTC(2026, 1, 6, 14),
    files: [{ id: 'file_1', name: 'photo.jpg', type: 'image/jpeg', size: 310_000 }],
  },
}
const at = '/messages/msg_1/reply'
export const examples: Examples = {
  expired: <ClosedAnswer view={view} at={at} />,
  'more time asked': <ClosedAnswer view={{ ...view, moreTimeAsked: true, draft: null }} at={at} />,
  withdrawn: <ClosedAnswer view={{ ...view, window: 'retracted' }} at={at} />,
  'no answers taken': <ClosedAnswer view={{ ...view, window: 'not_allowed', draft: null }} at={at} />,
  'not there any more': <ClosedAnswer view={{ ...view, window: 'gone', frame: null }} at={at} />,
}
