import { useSurroundings, useWords } from '../language/words.ts'
import passkeyScript from '../scripts/passkey.ts?worker&url'
import type { Examples } from './example.ts'
import { useProblem } from './refused.ts'

interface PasskeyButtonProps {
  /** `use` signs in with one; `make` sets one up and asks what to call it. */
  ceremony: 'use' | 'make'
  to: string
}

/**
 * Made by the script when it finds that this browser can; the script asks `{to}/options` for what to sign, lets the person do what the
 * device asks, and sends the answer as an ordinary form. Cancelling brings the focus back here with a line that says so.
 */
export function PasskeyButton({ ceremony, to }: PasskeyButtonProps) {
  const words = useWords()
  const { nonce, formToken } = useSurroundings()
  const problem = useProblem('label')
  const uses = ceremony === 'use'
  return (
    <div
      className="passkey"
      hidden
      data-passkey={ceremony}
      data-to={to}
      data-token={formToken}
      data-button={uses ? words.passkey.use : words.enrolPasskey.go}
      data-hint={uses ? words.passkey.hint : undefined}
      data-label={uses ? undefined : words.enrolPasskey.label}
      data-label-hint={uses ? undefined : words.enrolPasskey.labelHint}
      data-optional={uses ? undefined : words.optional}
      data-error={problem ? words.problem.error : undefined}
      data-problem={problem ?? undefined}
      data-wait={words.passkey.wait}
      data-cancelled={uses ? words.passkey.cancelled : words.enrolPasskey.cancelled}
      data-failed={words.passkey.failed}
      data-later={words.passkey.later}
    >
      <p className="notice care" role="status" hidden />
      <script type="module" src={passkeyScript} nonce={nonce} />
    </div>
  )
}

export const examples: Examples = {
  use: <PasskeyButton ceremony="use" to="/sign-in/passkey" />,
  make: <PasskeyButton ceremony="make" to="/enrol/passkey" />,
}
