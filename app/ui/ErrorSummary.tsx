import { useContext } from 'react'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { problemsOf, RefusedContext } from './refused.ts'

/** Comes first and takes the focus: what is wrong with the form, each line a way to the field. */
export function ErrorSummary() {
  const words = useWords()
  const problems = problemsOf(useContext(RefusedContext), words)
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
    </div>
  )
}

export const examples: Examples = {
  'one problem': (
    <RefusedContext.Provider value={{ refusal: { code: 'busy', sentence: 'Busy.', fields: [], values: {} }, mainField: null }}>
      <ErrorSummary />
    </RefusedContext.Provider>
  ),
}
