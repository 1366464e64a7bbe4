import type { AnswerView, DraftView } from '../../server/views.ts'
import { useTell } from '../language/moment.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import type { Refusal } from '../refusal.ts'
import answerScript from '../scripts/answer.ts?worker&url'
import { Button } from './Button.tsx'
import { CallUs } from './CallUs.tsx'
import { DraftFiles } from './DraftFiles.tsx'
import { exampleFrame, fromLine } from './Envelope.tsx'
import type { Examples } from './example.ts'
import { FileField } from './FileField.tsx'
import { Form } from './Form.tsx'
import { Notice } from './Notice.tsx'
import { OwnWords } from './OwnWords.tsx'
import { Page } from './Page.tsx'
import { TextArea } from './TextArea.tsx'

interface AnswerBoxProps {
  view: AnswerView
  /** Address of this page. */
  at: string
  refusal?: Refusal | null
  done?: string | null
  /** What did not come with it. */
  notDone?: string | null
}

/**
 * Room to write back. Every button keeps what was written; with its script, the page does so while somebody types, and takes files in
 * when they are chosen.
 */
export function AnswerBox({ view, at, refusal = null, done = null, notDone = null }: AnswerBoxProps) {
  const { reply: words, draft: said, cancel } = useWords()
  const tell = useTell()
  const { nonce } = useSurroundings()
  const { frame, draft, answered } = view
  const saved = useSaved(draft)
  return (
    <Page title={words.title} refusal={refusal} mainField="text" done={done} notDone={notDone}>
      {frame ? <p dir="auto">{words.to(fromLine(frame))}</p> : null}
      <Notice kind="care" title={words.emergency}>
        {words.emergencyText}
      </Notice>
      {draft?.aside ? <Notice kind="care">{said.aside}</Notice> : null}
      {answered && !draft ? <Notice kind="calm">{words.again(tell(answered.at))}</Notice> : null}
      <div id="answer" {...scriptWords(said, words)}>
        <Form files>
          <input type="hidden" name="version" value={draft?.version ?? ''} />
          <input type="hidden" name="ticket" value={view.ticket} />
          <TextArea name="text" label={words.label} hint={words.hint} defaultValue={draft?.aside?.text ?? draft?.text} />
          <p className="hint saved" role="status">
            {saved}
          </p>
          <DraftFiles files={draft?.files ?? []} />
          <FileField label={words.files} hint={`${words.filesHint} ${words.filesSlow}`} areKept={areFilesKept(refusal)} />
          <div className="upload" hidden data-progress={said.progress} data-stop={said.stop} />
          <Button says={['step', 'check']}>{words.check}</Button>{' '}
          <Button look="other" says={['step', 'save']}>
            {words.save}
          </Button>
        </Form>
        <script type="module" src={answerScript} nonce={nonce} />
      </div>
      <Before draft={draft} refusal={refusal} />
      <ul className="inline">
        <li>
          <a href={at.replace(/\/reply$/, '')}>{cancel}</a>
        </li>
        {draft ? (
          <li>
            <a href={`${at}/delete`}>{words.remember}</a>
          </li>
        ) : null}
      </ul>
      {frame ? <CallUs organization={frame.organization} phone={frame.phone} /> : null}
    </Page>
  )
}

/** What is wrong with the words came to light after the files were kept. */
const areFilesKept = (refusal: Refusal | null): boolean =>
  refusal?.code === 'conflict' || (refusal?.code === 'invalid' && refusal.fields.every(({ field }) => field === 'text'))

function useSaved(draft: DraftView | null): string {
  const words = useWords().draft
  const tell = useTell()
  return draft && (draft.text !== '' || draft.files.length > 0) ? words.savedOn(tell(draft.savedAt)) : ''
}

/** The words that were saved, where others stand in the box. */
function Before({ draft, refusal }: { draft: DraftView | null; refusal: Refusal | null }) {
  const words = useWords().draft
  const isOther = draft?.aside !== null || refusal?.code === 'conflict'
  if (!draft || draft.text === '' || !isOther) return null
  return <OwnWords label={words.before} hint={words.beforeText} text={draft.text} />
}

type Words = ReturnType<typeof useWords>

/** What the script says, in the reader's words. `%` stands for what it fills in. */
const scriptWords = (said: Words['draft'], { hintSaving }: Words['reply']) => ({
  'data-saving': said.saving,
  'data-hint': hintSaving,
  'data-not-saved': said.notSaved,
  'data-uploading': said.uploading('%name'),
  'data-percent': said.percent('%share'),
  'data-uploaded': said.uploaded('%name'),
  'data-stopped': said.stopped,
  'data-not-uploaded': said.notUploaded,
  'data-sending': said.sending,
})

const view: AnswerView = {
  ...{ frame: exampleFrame, subject: 'Your visit on Monday', window: 'open', moreTimeAsked: false, draft: null },
  ...{ ticket: '1.word', answered: null },
}
const draft: DraftView = {
  ...{ version: 'one', text: 'Thank you for the letter. May I', aside: null },
  savedAt: Date.UTC(2026, 0, 7, 14, 12),
  keptUntil: Date.UTC(2026, 1, 6, 14, 12),
  files: [{ id: 'file_1', name: 'photo.jpg', type: 'image/jpeg', size: 310_000 }],
}
const at = '/messages/msg_1/reply'
const conflict: Refusal = { code: 'conflict', sentence: '', fields: [], values: { text: ['Other words'] } }
export const examples: Examples = {
  empty: <AnswerBox view={view} at={at} />,
  begun: <AnswerBox view={{ ...view, draft }} at={at} />,
  'typed after the session had ended': (
    <AnswerBox view={{ ...view, draft: { ...draft, aside: { text: 'Thank you for the letter.', at: 0 } } }} at={at} />
  ),
  'changed elsewhere': <AnswerBox view={{ ...view, draft }} at={at} refusal={conflict} />,
  'answered before': <AnswerBox view={{ ...view, answered: { at: Date.UTC(2026, 0, 7, 14), answerBy: null } }} at={at} />,
}
