import type { RetractionEvidence } from '../../server/views.ts'
import { useTell } from '../language/moment.ts'
import { staffWords } from '../language/staff.ts'
import { REASONS } from '../retraction.ts'
import { Button } from './Button.tsx'
import { Choices } from './Choices.tsx'
import type { Examples } from './example.ts'
import { Form } from './Form.tsx'
import { Notice } from './Notice.tsx'
import { TextArea } from './TextArea.tsx'

const words = staffWords.withdraw

/** What is known about each message first; then whom to take it back from, why, and whether they are told. */
export function WithdrawForm({ evidence }: { evidence: RetractionEvidence[] }) {
  const open = evidence.filter(({ state }) => state !== 'retracted' && state !== 'disposed')
  return (
    <>
      <h2>{words.evidence}</h2>
      {evidence.some(({ wasOpened }) => wasOpened) ? <Notice kind="care">{words.breach}</Notice> : null}
      <Form>
        <Choices
          name="messages"
          legend={words.whom}
          pick="many"
          chosen={open.map(({ message }) => message)}
          options={evidence.map(one => ({
            value: one.message,
            label: <bdi>{one.recipient}</bdi>,
            detail: <Evidence evidence={one} />,
          }))}
        />
        <Choices
          name="reason"
          legend={words.reason}
          pick="one"
          options={REASONS.map(value => ({ value, label: words.reasons[value] }))}
        />
        <TextArea name="note" label={words.note} hint={words.noteHint} rows={3} optional />
        <Choices
          name="tell"
          legend={words.tell}
          pick="one"
          chosen={['yes']}
          options={[
            { value: 'yes', label: words.tellYes },
            { value: 'no', label: words.tellNo },
          ]}
        />
        <Button look="danger">{words.go}</Button>
      </Form>
    </>
  )
}

function Evidence({ evidence }: { evidence: RetractionEvidence }) {
  const tell = useTell()
  const { state, openedAt, wasOpened, signedInAt, attachmentsFetched } = evidence
  return (
    <ul>
      {state === 'retracted' ? <li>{words.already}</li> : null}
      <li>
        <strong>{wasOpened && openedAt ? words.openedAt(tell(openedAt)) : words.notOpened}</strong>
      </li>
      {wasOpened ? null : <li>{signedInAt ? words.signedInAt(tell(signedInAt)) : words.notSignedIn}</li>}
      <li>{attachmentsFetched.length > 0 ? words.fetched(attachmentsFetched.join(', ')) : words.nothingFetched}</li>
    </ul>
  )
}

export const examples: Examples = {
  'one opened': (
    <WithdrawForm
      evidence={[
        {
          message: 'msg_1',
          recipient: 'Ada Lopez',
          state: 'opened',
          wasOpened: true,
          openedAt: Date.UTC(2026, 0, 6, 14, 12),
          attachmentsFetched: ['plan.pdf'],
          signedInAt: Date.UTC(2026, 0, 6, 14, 10),
        },
        {
          message: 'msg_2',
          recipient: 'Ben Okoro',
          state: 'waiting',
          wasOpened: false,
          openedAt: null,
          attachmentsFetched: [],
          signedInAt: null,
        },
      ]}
    />
  ),
}
