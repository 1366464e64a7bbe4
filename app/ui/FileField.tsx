import type { Examples } from './example.ts'
import { describedBy, Labelled } from './Field.tsx'
import { useProblem } from './refused.ts'

/** Files to send along. */
export function FileField({ label, hint }: { label: string; hint: string }) {
  const problem = useProblem('files')
  return (
    <Labelled name="files" label={label} hint={hint} optional>
      <input id="files" name="files" type="file" multiple aria-describedby={describedBy('files', hint, problem)} />
    </Labelled>
  )
}

export const examples: Examples = { plain: <FileField label="Add files" hint="Photos or papers, up to 20 MB in all." /> }
