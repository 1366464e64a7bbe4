import type { Examples } from './example.ts'
import { describedBy, Labelled } from './Field.tsx'
import { useProblem, useTyped } from './refused.ts'

interface TextAreaProps {
  name: string
  label: string
  hint?: string
  rows?: number
  optional?: boolean
  defaultValue?: string | undefined
}

/** Room for a letter. */
export function TextArea({ name, label, hint, rows = 10, optional, defaultValue }: TextAreaProps) {
  const problem = useProblem(name)
  const typed = useTyped(name)
  return (
    <Labelled name={name} label={label} hint={hint} optional={optional}>
      <textarea
        id={name}
        name={name}
        rows={rows}
        dir="auto"
        required={!optional}
        defaultValue={typed?.[0] ?? defaultValue}
        aria-invalid={problem ? true : undefined}
        aria-describedby={describedBy(name, hint, problem)}
      />
    </Labelled>
  )
}

export const examples: Examples = { plain: <TextArea name="text" label="Your message" hint="Write as you like." /> }
