import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'

/** A number that is broken over two lines is dialled wrong. */
const NO_BREAK = '\u00a0'

interface CallUsProps {
  /** Empty where it is not to be named, and where nobody knows which one it is. */
  organization?: string | undefined
  /** Empty where none is known: then it is said where the number is found. */
  phone?: string | undefined
}

/** A person to talk to. */
export function CallUs({ organization = '', phone = '' }: CallUsProps) {
  const words = useWords()
  if (phone === '') return <p>{words.callUnlisted(organization)}</p>
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
  'without a number': <CallUs organization="North Clinic" phone="" />,
  'without anything that is known': <CallUs />,
}
