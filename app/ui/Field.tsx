import type { HTMLInputAutoCompleteAttribute, HTMLInputTypeAttribute, ReactNode } from 'react'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { RefusedContext, useProblem, useTyped } from './refused.ts'

interface FieldProps {
  name: string
  label: string
  hint?: string
  /** May be left empty; `unsaid` where the words around it say so. */
  optional?: boolean | 'unsaid'
  type?: HTMLInputTypeAttribute
  autoComplete?: HTMLInputAutoCompleteAttribute
  inputMode?: 'numeric' | 'email' | 'text'
  size?: 'code' | 'short' | 'long'
  defaultValue?: string
}

/** One line to type in, with its label, its hint, and what is wrong with it. */
export function Field({ name, label, hint, optional, size = 'long', type = 'text', defaultValue, ...rest }: FieldProps) {
  const problem = useProblem(name)
  const typed = useTyped(name)
  return (
    <Labelled name={name} label={label} hint={hint} optional={optional === true}>
      <input
        id={name}
        name={name}
        type={type}
        className={size}
        defaultValue={type === 'password' ? undefined : (typed?.[0] ?? defaultValue)}
        required={!optional}
        aria-invalid={problem ? true : undefined}
        aria-describedby={describedBy(name, hint, problem)}
        autoCapitalize={type === 'text' && size !== 'long' ? 'off' : undefined}
        spellCheck={size === 'long' && type === 'text' ? undefined : false}
        {...rest}
      />
    </Labelled>
  )
}

interface LabelledProps {
  name: string
  label: string
  hint?: string | undefined
  optional?: boolean | undefined
  children: ReactNode
}

/** What stands around any field: label, hint, problem. */
export function Labelled({ name, label, hint, optional, children }: LabelledProps) {
  const words = useWords()
  const problem = useProblem(name)
  return (
    <div className={problem ? 'field wrong' : 'field'}>
      <label htmlFor={name}>
        {label} {optional ? <span className="optional">{words.optional}</span> : null}
      </label>
      {hint ? (
        <p className="hint" id={`${name}-hint`}>
          {hint}
        </p>
      ) : null}
      <ProblemLine name={name} />
      {children}
    </div>
  )
}

/** What is wrong with a field, right above it. */
export function ProblemLine({ name }: { name: string }) {
  const words = useWords()
  const problem = useProblem(name)
  if (!problem) return null
  return (
    <p className="problem" id={`${name}-problem`}>
      <span className="unseen">{words.problem.error}</span> {problem}
    </p>
  )
}

/** The ids that a field is described by. */
export const describedBy = (name: string, hint: string | undefined, problem: string | null): string | undefined =>
  [hint ? `${name}-hint` : '', problem ? `${name}-problem` : ''].filter(Boolean).join(' ') || undefined

export const examples: Examples = {
  plain: <Field name="address" label="Your e-mail address" type="email" autoComplete="email" />,
  'with a hint': <Field name="label" label="Name for this phone" hint="For example: my phone" optional />,
  wrong: (
    <RefusedContext.Provider
      value={{
        refusal: {
          code: 'invalid',
          sentence: 'Something is missing.',
          fields: [{ field: 'address', problem: 'Fill in this field.' }],
          values: { address: ['ada'] },
        },
        mainField: null,
      }}
    >
      <Field name="address" label="Your e-mail address" type="email" autoComplete="email" hint="Where our e-mail came to." />
    </RefusedContext.Provider>
  ),
}
