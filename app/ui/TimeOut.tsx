import { useSurroundings, useWords } from '../language/words.ts'
import timeOutScript from '../scripts/time-out.ts?worker&url'
import type { Examples } from './example.ts'
import { Form } from './Form.tsx'

/** Two minutes before the session would end, a dialog asks; one press goes on. Without script the footer's sentence stands alone. */
export function TimeOut() {
  const words = useWords().timeOut
  const { nonce } = useSurroundings()
  return (
    <dialog
      id="time-out"
      aria-labelledby="time-out-title"
      aria-describedby="time-out-text"
      data-after-seconds="780"
      data-ends-seconds="900"
    >
      <h2 id="time-out-title">{words.title}</h2>
      <p id="time-out-text">{words.text}</p>
      <Form to="/still-here">
        <button type="submit" className="button main">
          {words.stay}
        </button>
      </Form>
      <script type="module" src={timeOutScript} nonce={nonce} />
    </dialog>
  )
}

export const examples: Examples = { waiting: <TimeOut /> }
