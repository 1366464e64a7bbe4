import { staffWords } from '../language/staff.ts'
import { LANGUAGES } from '../language/words.ts'
import { Button } from './Button.tsx'
import { Choices } from './Choices.tsx'
import type { Examples } from './example.ts'
import { Field } from './Field.tsx'
import { FileField } from './FileField.tsx'
import { Form } from './Form.tsx'
import { TextArea } from './TextArea.tsx'

const words = staffWords.compose

/** A message by hand. */
export function ComposeForm({ formId }: { formId: string }) {
  return (
    <Form files once={formId}>
      <h2>{words.recipient}</h2>
      <Field name="email" type="email" inputMode="email" autoComplete="off" label={words.email} hint={words.emailHint} />
      <Field name="name" autoComplete="off" label={words.name} />
      <Choices
        name="check"
        legend={words.check}
        pick="one"
        chosen={['code']}
        options={[
          { value: 'code', label: words.checks.code, inside: <CodeToGive /> },
          { value: 'birth_date', label: words.checks.birth_date, inside: <BirthDate /> },
          { value: 'none', label: words.checks.none },
        ]}
      />
      <h2>{words.text}</h2>
      <Field name="subject" autoComplete="off" label={words.subject} hint={words.subjectHint} />
      <TextArea name="text" label={words.text} hint={words.textHint} rows={14} />
      <FileField label={words.files} hint={words.filesHint} />
      <Choices
        name="language"
        legend={words.language}
        pick="one"
        chosen={['en']}
        options={Object.entries(LANGUAGES).map(([tag, { name }]) => ({ value: tag, label: <span lang={tag}>{name}</span> }))}
      />
      <Field
        name="until"
        type="date"
        autoComplete="off"
        size="short"
        label={words.until}
        hint={words.untilHint}
        optional="unsaid"
      />
      <div className="choice">
        <input type="checkbox" id="replyAllowed" name="replyAllowed" value="yes" defaultChecked />
        <label htmlFor="replyAllowed">{words.replyAllowed}</label>
      </div>
      <Button>{words.send}</Button>
    </Form>
  )
}

const CodeToGive = () => (
  <Field name="activationCode" autoComplete="off" size="code" label={words.code} hint={words.codeHint} optional="unsaid" />
)
const BirthDate = () => (
  <Field name="birthDate" type="date" autoComplete="off" size="short" label={words.birthDate} optional="unsaid" />
)

export const examples: Examples = { empty: <ComposeForm formId="a-random-word" /> }
