import { staffWords } from '../language/staff.ts'
import { Button } from './Button.tsx'
import type { Examples } from './example.ts'
import { FileField } from './FileField.tsx'
import { Form } from './Form.tsx'
import { TextArea } from './TextArea.tsx'

const words = staffWords.reply

/** A provider's answer to a reply. */
export function AnswerForm({ formId }: { formId: string }) {
  return (
    <section aria-labelledby="answer-title">
      <h2 id="answer-title">{words.answer}</h2>
      <Form files once={formId}>
        <TextArea name="text" label={words.answerLabel} />
        <FileField label={words.answerFiles} hint={staffWords.compose.filesHint} />
        <Button>{words.send}</Button>
      </Form>
    </section>
  )
}

export const examples: Examples = { empty: <AnswerForm formId="a-random-word" /> }
