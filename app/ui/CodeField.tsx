import type { Examples } from './example.ts'
import { Field } from './Field.tsx'

/** One field for the whole code, to type or to paste; phones offer the code they were sent. */
export function CodeField({ label, hint, letters }: { label: string; hint: string; letters?: boolean }) {
  return (
    <Field
      name="code"
      label={label}
      hint={hint}
      size="code"
      autoComplete="one-time-code"
      inputMode={letters ? 'text' : 'numeric'}
    />
  )
}

export const examples: Examples = {
  numbers: <CodeField label="Code from the e-mail" hint="6 numbers." />,
  letters: <CodeField label="Printed code" hint="Type one that you have not used." letters />,
}
