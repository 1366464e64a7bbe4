import { handled } from '../http.ts'
import { refusal } from '../refusal.ts'

const nothingHere = (): null => {
  throw refusal('not_found', 'There is nothing here.')
}

/** Every address that is none of ours: nothing is here, and nothing more is told. */
export const loader = handled(nothingHere)
export const action = handled(nothingHere)

export default function Nothing() {
  return null
}
