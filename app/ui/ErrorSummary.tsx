import { useContext } from 'react'
import { NOWHERE, SurroundingsContext, useSurroundings, useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { problemsOf, RefusedContext } from './refused.ts'

/** Comes first and takes the focus: what is wrong with the form, each line a way to the field. */
export function ErrorSummary() {
  const words = useWords()
  const refused = useContext(RefusedContext)
  const problems = problemsOf(refused, words)
  const { keepsCookies } = useSurroundings()
  if (problems.length === 0) return null
  return (
    // biome-ignore lint/a11y/noAutofocus: whoever sent the form must hear first why it came back (WCAG 3.3.1, 4.1.3), without script
    <div className="summary" role="alert" aria-labelledby="summary-title" tabIndex={-1} autoFocus>
      <h2 id="summary-title">{words.problem.title}</h2>
      <ul>
        {problems.map(({ field, sentence }) => (
          <li key={`${field} ${sentence}`}>{field ? <a href={`#${field}`}>{sentence}</a> : sentence}</li>
        ))}
      </ul>
      {refused.refusal?.code === 'wrong_origin' && !keepsCookies ? (
        <p>
          {words.noCookies.hint} <a href="/sign-in/cookies">{words.noCookies.hintGo}</a>
        </p>
      ) : null}
    </div>
  )
}

const STALE = { code: 'wrong_origin' as const, sentence: 'Stale.', fields: [], values: {} }

export const examples: Examples = {
  'one problem': (
    <RefusedContext.Provider value={{ refusal: { code: 'busy', sentence: 'Busy.', fields: [], values: {} }, mainField: null }}>
      <ErrorSummary />
    </RefusedContext.Provider>
  ),
  'to a browser that brings no cookies': (
    <SurroundingsContext.Provider value={{ ...NOWHERE, keepsCookies: false }}>
      <RefusedContext.Provider value={{ refusal: STALE, mainField: null }}>
        <ErrorSummary />
      </RefusedContext.Provider>
    </SurroundingsContext.Provider>
  ),
}
