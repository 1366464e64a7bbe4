import type { MessageState } from '../../server/message.ts'
import { staffWords } from '../language/staff.ts'
import { Button, ButtonLink } from './Button.tsx'
import type { Examples } from './example.ts'
import { Field } from './Field.tsx'
import { Form } from './Form.tsx'
import { PostButton } from './PostButton.tsx'

const words = staffWords.deposit

/** Whether anything can still be done about a message in this state. */
export const isKept = (state: MessageState): boolean => state !== 'retracted' && state !== 'disposed'

/** What its sender can do about a deposit. */
export function DepositActions({ at }: { at: string }) {
  return (
    <>
      <section className="card">
        <h2>{words.resend}</h2>
        <p>{words.resendText}</p>
        <PostButton to={`${at}/resend`} look="other">
          {words.resend}
        </PostButton>
      </section>
      <section className="card">
        <h2>{words.extend}</h2>
        <p>{words.extendText}</p>
        <Form>
          <Field name="until" type="date" label={words.extendLabel} size="short" />
          <Button look="other">{words.extend}</Button>
        </Form>
      </section>
      <ButtonLink to={`${at}/withdraw`} look="danger">
        {words.withdraw}
      </ButtonLink>
    </>
  )
}

export const examples: Examples = { all: <DepositActions at="/sent/dep_1" /> }
