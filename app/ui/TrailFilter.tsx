import { staffWords } from '../language/staff.ts'
import type { Filter } from '../trail-filter.ts'
import { Button } from './Button.tsx'
import type { Examples } from './example.ts'
import { Field } from './Field.tsx'

const words = staffWords.trail

/** Asks by GET: looking changes nothing but the trail itself, and the address can be kept. */
export function TrailFilter({ filter }: { filter: Filter }) {
  return (
    <form method="get" action="/trail" className="row">
      <Field name="action" label={words.action} optional defaultValue={filter.action ?? ''} />
      <Field name="object" label={words.object} optional defaultValue={filter.object ?? ''} />
      <Field name="actor" label={words.actor} optional defaultValue={filter.actor ?? ''} />
      <Button look="other">{words.show}</Button>
      <a href="/trail">{words.all}</a>
    </form>
  )
}

export const examples: Examples = { filtered: <TrailFilter filter={{ action: 'message.opened' }} /> }
