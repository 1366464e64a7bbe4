import { at, pageOf } from '../destination.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import timeOutScript from '../scripts/time-out.ts?worker&url'
import type { Examples } from './example.ts'
import { Form } from './Form.tsx'

/** Seconds until the session ends, when somebody does nothing, and how long before that they are asked. */
const ENDS = 900
const ASKED = 120

/**
 * Two minutes before the session would end, a dialog asks; one press goes on, in all windows. Without script the footer's sentence stands
 * alone. Whoever does not answer is led away, and back to this page when they sign in again.
 */
export function TimeOut({ path }: { path: string }) {
  const words = useWords().timeOut
  const { nonce } = useSurroundings()
  return (
    <dialog
      id="time-out"
      role="alertdialog"
      aria-labelledby="time-out-title"
      aria-describedby="time-out-text"
      data-after-seconds={ENDS - ASKED}
      data-ends-seconds={ENDS}
      data-leads={at('/sign-in', { why: 'over', to: pageOf(path) })}
      data-left-120={words.left.two}
      data-left-60={words.left.one}
      data-left-30={words.left.half}
      data-left-10={words.left.ten}
    >
      <h2 id="time-out-title">{words.title}</h2>
      <p id="time-out-text">{words.text}</p>
      <p id="time-out-left" aria-live="assertive" />
      <Form to="/still-here">
        <button type="submit" className="button main">
          {words.stay}
        </button>
      </Form>
      <script type="module" src={timeOutScript} nonce={nonce} />
    </dialog>
  )
}

export const examples: Examples = { waiting: <TimeOut path="/messages" /> }
