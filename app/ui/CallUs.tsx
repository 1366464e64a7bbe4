import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'

/** A number that is broken over two lines is dialled wrong. */
const NO_BREAK = '\u00a0'

/** A person to talk to. */
export function CallUs({ organization, phone }: { organization: string; phone: string }) {
  const words = useWords()
  if (phone === '') return null
  return (
    <p>
      <a className="phone" href={`tel:${phone.replaceAll(/[^\d+]/g, '')}`}>
        {words.callUs(organization, phone.replaceAll(' ', NO_BREAK))}
      </a>
    </p>
  )
}

export const examples: Examples = {
  plain: <CallUs organization="North Clinic" phone="+1 555 010 0199" />,
  'before anybody is known': <CallUs organization="" phone="+1 555 010 0199" />,
}
