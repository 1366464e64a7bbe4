import { at, pageOf } from '../destination.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import timeOutScript from '../scripts/time-out.ts?worker&url'
import type { Examples } from './example.ts'

/** Seconds until the session ends, when somebody does nothing, and how long before that they are asked. */
const ENDS = 900
const ASKED = 120

/**
 * Two minutes before the session would end, a dialog that the script makes asks; one press goes on, in all windows. Without script the footer's sentence stands
 * alone. Whoever does not answer is led away, and back to this page when they sign in again.
 */
export function TimeOut({ path }: { path: string }) {
  const words = useWords().timeOut
  const { nonce, formToken } = useSurroundings()
  return (
    <div
      id="time-out"
      data-to="/still-here"
      data-token={formToken}
      data-title={words.title}
      data-text={words.text}
      data-stay={words.stay}
      data-after-seconds={ENDS - ASKED}
      data-ends-seconds={ENDS}
      data-leads={at('/sign-in', { why: 'over', to: pageOf(path) })}
      data-left-120={words.left.two}
      data-left-60={words.left.one}
      data-left-30={words.left.half}
      data-left-10={words.left.ten}
    >
      <script type="module" src={timeOutScript} nonce={nonce} />
    </div>
  )
}

export const examples: Examples = { waiting: <TimeOut path="/messages" /> }
