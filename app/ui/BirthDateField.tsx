import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { ProblemLine } from './Field.tsx'
import { useTyped } from './refused.ts'

/** Three short fields: nobody likes to page through eighty years in a calendar. */
export function BirthDateField() {
  const words = useWords().confirm
  return (
    <fieldset className="field">
      <legend>{words.birthLegend}</legend>
      <p className="hint">{words.birthHint}</p>
      <ProblemLine name="year" />
      <div className="row">
        <Part name="month" label={words.month} autoComplete="bday-month" />
        <Part name="day" label={words.day} autoComplete="bday-day" />
        <Part name="year" label={words.year} autoComplete="bday-year" />
      </div>
    </fieldset>
  )
}

function Part({ name, label, autoComplete }: { name: string; label: string; autoComplete: string }) {
  const typed = useTyped(name)
  return (
    <div>
      <label htmlFor={name}>{label}</label>
      <input
        id={name}
        name={name}
        type="text"
        inputMode="numeric"
        className="short"
        autoComplete={autoComplete}
        defaultValue={typed?.[0]}
        required
      />
    </div>
  )
}

/** What the three fields say, as `1950-01-31`. */
export const birthDate = ({ year, month, day }: { year: string; month: string; day: string }): string =>
  `${year.padStart(4, '0')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`

export const examples: Examples = { plain: <BirthDateField /> }
