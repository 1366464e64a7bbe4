import { useSurroundings, useWords } from '../language/words.ts'
import passkeyScript from '../scripts/passkey.ts?worker&url'
import type { Examples } from './example.ts'
import { Field } from './Field.tsx'
import { Form } from './Form.tsx'

interface PasskeyButtonProps {
  /** `use` signs in with one; `make` sets one up and asks what to call it. */
  ceremony: 'use' | 'make'
  to: string
}

/**
 * Hidden until the script finds that this browser can; the script asks `{to}/options` for what to sign, lets the person do what the
 * device asks, and sends the answer as an ordinary form. Cancelling brings the focus back here with a line that says so.
 */
export function PasskeyButton({ ceremony, to }: PasskeyButtonProps) {
  const words = useWords()
  const { nonce } = useSurroundings()
  const uses = ceremony === 'use'
  return (
    <div
      className="passkey"
      hidden
      data-passkey={ceremony}
      data-wait={words.passkey.wait}
      data-cancelled={uses ? words.passkey.cancelled : words.enrolPasskey.cancelled}
      data-failed={words.passkey.failed}
    >
      <Form to={to}>
        {uses ? null : <Field name="label" label={words.enrolPasskey.label} hint={words.enrolPasskey.labelHint} optional />}
        <input type="hidden" name="response" defaultValue="" />
        <button type="submit" className="button main">
          {uses ? words.passkey.use : words.enrolPasskey.go}
        </button>
      </Form>
      {uses ? <p className="hint">{words.passkey.hint}</p> : null}
      <p className="notice care" role="status" hidden />
      <script type="module" src={passkeyScript} nonce={nonce} />
    </div>
  )
}

export const examples: Examples = {
  use: <PasskeyButton ceremony="use" to="/sign-in/passkey" />,
  make: <PasskeyButton ceremony="make" to="/enrol/passkey" />,
}
