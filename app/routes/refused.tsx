import { handled } from '../http.ts'
import { refusal } from '../refusal.ts'

const fromElsewhere = (): null => {
  throw refusal('wrong_origin', 'This request came from another site, so nothing was done.')
}

/** What server/http.ts shows instead of the page that another site wanted something done on. */
export const loader = handled(fromElsewhere)

export default function Refused() {
  return null
}
