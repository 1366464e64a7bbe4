import type { Examples } from './example.ts'
import { describedBy, Labelled } from './Field.tsx'
import { useProblem, useTyped } from './refused.ts'

interface SelectProps {
  name: string
  label: string
  hint?: string
  /** In the order in which they are looked for. */
  options: { value: string; label: string }[]
  chosen?: string | undefined
  /** Asks to choose, where nothing is chosen: else the first would stand there as if somebody had. */
  ask: string
}

/** One of very many, named as the world names them. Few are asked as {@link Choices}: a list that opens is hard to use. */
export function Select({ name, label, hint, options, chosen = '', ask }: SelectProps) {
  const problem = useProblem(name)
  const picked = useTyped(name)?.[0] ?? chosen
  return (
    <Labelled name={name} label={label} hint={hint}>
      <select
        id={name}
        name={name}
        dir="auto"
        defaultValue={picked}
        aria-describedby={describedBy(name, hint, problem)}
        aria-invalid={problem ? true : undefined}
      >
        {options.some(({ value }) => value === picked) ? null : <option value="">{ask}</option>}
        {options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </Labelled>
  )
}

export const examples: Examples = {
  plain: (
    <Select
      name="city"
      label="The city that is nearest to you"
      chosen="Europe/Berlin"
      ask="Choose a place"
      options={[
        { value: 'Europe/Berlin', label: 'Germany' },
        { value: 'Asia/Seoul', label: 'South Korea' },
      ]}
    />
  ),
}
