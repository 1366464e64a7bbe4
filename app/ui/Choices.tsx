import type { ReactNode } from 'react'
import type { Examples } from './example.ts'
import { ProblemLine } from './Field.tsx'
import { useProblem, useTyped } from './refused.ts'

interface ChoicesProps {
  name: string
  legend: string
  hint?: string
  /** `one`: radio buttons. `many`: check boxes. */
  pick: 'one' | 'many'
  /** `detail` describes an answer; `inside` asks for more when it is chosen. */
  options: { value: string; label: ReactNode; detail?: ReactNode; inside?: ReactNode }[]
  chosen?: string[]
}

/** Values hold what ids should not: `America/New_York`. */
const idOf = (name: string, value: string): string => `${name}-${value.replaceAll(/[^\w-]/g, '-')}`

/** A question with its answers to choose from. */
export function Choices({ name, legend, hint, pick, options, chosen = [] }: ChoicesProps) {
  const problem = useProblem(name)
  const picked = useTyped(name) ?? chosen
  const isOne = pick === 'one'
  // ARIA 1.2: of radio buttons the group is wrong, of check boxes each.
  const wrong = problem ? true : undefined
  return (
    <fieldset
      className={problem ? 'field wrong' : 'field'}
      role={isOne ? 'radiogroup' : undefined}
      aria-invalid={isOne ? wrong : undefined}
      aria-describedby={problem ? `${name}-problem` : undefined}
    >
      <legend>{legend}</legend>
      {hint ? <p className="hint">{hint}</p> : null}
      <ProblemLine name={name} />
      {options.map(({ value, label, detail, inside }, i) => {
        const id = i === 0 ? name : idOf(name, value)
        return (
          <div key={value} className="choice">
            <input
              type={isOne ? 'radio' : 'checkbox'}
              aria-invalid={isOne ? undefined : wrong}
              id={id}
              name={name}
              value={value}
              defaultChecked={picked.includes(value)}
              aria-describedby={detail ? `${idOf(name, value)}-detail` : undefined}
            />
            <label htmlFor={id}>{label}</label>
            {detail ? (
              <div className="detail" id={`${idOf(name, value)}-detail`}>
                {detail}
              </div>
            ) : null}
            {inside}
          </div>
        )
      })}
    </fieldset>
  )
}

export const examples: Examples = {
  one: (
    <Choices
      name="knowsThem"
      legend="Do you know the person it is for?"
      pick="one"
      options={[
        { value: 'yes', label: 'Yes' },
        { value: 'no', label: 'No' },
      ]}
    />
  ),
  many: (
    <Choices
      name="messages"
      legend="Withdraw for"
      pick="many"
      chosen={['msg_1']}
      options={[
        { value: 'msg_1', label: 'Ada Lopez', detail: <p>Not opened</p> },
        { value: 'msg_2', label: 'Ben Okoro' },
      ]}
    />
  ),
}
