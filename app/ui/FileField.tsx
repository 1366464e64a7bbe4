import { useContext } from 'react'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { describedBy, Labelled } from './Field.tsx'
import { RefusedContext, useProblem } from './refused.ts'

/** Files to send along. Browsers do not keep them in a form that comes back: the hint says so then, unless the portal has kept them. */
export function FileField({ label, hint, areKept = false }: { label: string; hint: string; areKept?: boolean }) {
  const words = useWords()
  const problem = useProblem('files')
  const { refusal } = useContext(RefusedContext)
  return (
    <Labelled name="files" label={label} hint={refusal && !areKept ? `${hint} ${words.problem.filesAgain}` : hint} optional>
      <input id="files" name="files" type="file" multiple aria-describedby={describedBy('files', hint, problem)} />
    </Labelled>
  )
}

const field = <FileField label="Add files" hint="Photos or papers, up to 20 MB in all." />

export const examples: Examples = {
  plain: field,
  'in a form that came back': (
    <RefusedContext.Provider
      value={{ refusal: { code: 'invalid', sentence: 'Something is missing.', fields: [], values: {} }, mainField: null }}
    >
      {field}
    </RefusedContext.Provider>
  ),
}
