import type { AnswerView, DraftView } from '../../server/views.ts'
import { tellSize } from '../language/size.ts'
import { useLocale, useSurroundings, useWords } from '../language/words.ts'
import type { Refusal } from '../refusal.ts'
import answerScript from '../scripts/answer.ts?worker&url'
import { Button, ButtonLink } from './Button.tsx'
import { exampleFrame, fromLine } from './Envelope.tsx'
import type { Examples } from './example.ts'
import { Form } from './Form.tsx'
import { Lines } from './Lines.tsx'
import { Page } from './Page.tsx'
import { PostButton } from './PostButton.tsx'
import { SummaryList } from './SummaryList.tsx'

interface CheckAnswerProps {
  view: AnswerView
  /** Where it was written. */
  at: string
  writer: string
  /** The word of a form that acts once. */
  formId: string
  refusal?: Refusal | null
}

/** An answer exactly as it will be sent. What is sent is named in the form, so that nothing else is sent than what was read here. */
export function CheckAnswer({ view: { frame, subject, draft }, at, writer, formId, refusal = null }: CheckAnswerProps) {
  const words = useWords().check
  const { draft: said } = useWords()
  const { nonce } = useSurroundings()
  if (!frame || !draft) return null
  return (
    <Page title={words.title} refusal={refusal}>
      <p>{words.text}</p>
      <SummaryList
        rows={[
          [words.to, fromLine(frame)],
          [words.from, writer],
          [words.subject, subject ?? ''],
        ]}
      />
      <h2>{words.message}</h2>
      <div className="letter" dir="auto">
        <Lines text={draft.text} />
      </div>
      <Files files={draft.files} />
      <div id="answer" data-sending={said.sending}>
        <Form once={formId}>
          <input type="hidden" name="version" value={draft.version} />
          {draft.files.map(({ id }) => (
            <input key={id} type="hidden" name="file" value={id} />
          ))}
          <p className="saved" role="status" />
          <Button>{words.send}</Button>
        </Form>
        <script type="module" src={answerScript} nonce={nonce} />
      </div>
      <ButtonLink to={at} look="other">
        {words.change}
      </ButtonLink>
    </Page>
  )
}

function Files({ files }: { files: DraftView['files'] }) {
  const words = useWords().check
  const { remove } = useWords().reply
  const locale = useLocale()
  return (
    <>
      <h2>{words.files}</h2>
      {files.length === 0 ? (
        <p>{words.noFiles}</p>
      ) : (
        <ul className="files">
          {files.map(({ id, name, size }) => (
            <li key={id}>
              <span>
                <bdi>{name}</bdi> <span className="hint">({tellSize(size, locale)})</span>
              </span>
              <PostButton look="other" values={{ remove: id }}>
                {remove} <span className="unseen">{name}</span>
              </PostButton>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

const draft: DraftView = {
  ...{ version: 'one', text: 'Thank you for the letter.\n\nMay I swim again?\n\nAda', aside: null, savedAt: 0, keptUntil: 0 },
  files: [{ id: 'file_1', name: 'photo.jpg', type: 'image/jpeg', size: 310_000 }],
}
const view: AnswerView = {
  ...{ frame: exampleFrame, subject: 'Your visit on Monday', window: 'open', moreTimeAsked: false, draft },
  ...{ ticket: '1.word', answered: null },
}
const about = { at: '/messages/msg_1/reply', writer: 'Ada Lopez', formId: 'word' }
export const examples: Examples = {
  'with a file': <CheckAnswer view={view} {...about} />,
  'changed meanwhile': (
    <CheckAnswer
      view={{ ...view, draft: { ...draft, files: [] } }}
      {...about}
      refusal={{ code: 'conflict', sentence: '', fields: [], values: {} }}
    />
  ),
}
