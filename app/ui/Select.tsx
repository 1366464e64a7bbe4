import type { Examples } from './example.ts'
import { describedBy, Labelled } from './Field.tsx'
import { useProblem, useTyped } from './refused.ts'

interface SelectProps {
  name: string
  label: string
  hint?: string
  /** In groups, each under its name. */
  groups: { name: string; options: { value: string; label: string }[] }[]
  chosen?: string | undefined
}

/** One of very many, named as the world names them. Few are asked as {@link Choices}: a list that opens is hard to use. */
export function Select({ name, label, hint, groups, chosen = '' }: SelectProps) {
  const problem = useProblem(name)
  const picked = useTyped(name)?.[0] ?? chosen
  return (
    <Labelled name={name} label={label} hint={hint}>
      <select id={name} name={name} dir="auto" defaultValue={picked} aria-describedby={describedBy(name, hint, problem)}>
        {groups.map(group => (
          <optgroup key={group.name} label={group.name}>
            {group.options.map(option => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </optgroup>
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
      groups={[
        { name: 'Asia', options: [{ value: 'Asia/Seoul', label: 'Seoul' }] },
        { name: 'Europe', options: [{ value: 'Europe/Berlin', label: 'Berlin' }] },
      ]}
    />
  ),
}
