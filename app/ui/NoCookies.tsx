import { useSurroundings, useWords } from '../language/words.ts'
import { ButtonLink } from './Button.tsx'
import { CallUs } from './CallUs.tsx'
import type { Examples } from './example.ts'
import { Page } from './Page.tsx'

interface NoCookiesProps {
  /** Where they may try once more. */
  again: string
  /** Whom a patient calls, where that is known; for staff, who ask those who invited them, left out. */
  call?: { organization: string; phone: string } | null
}

/** For whoever cannot be let in, because their browser keeps nothing that it is given: what they can do. */
export function NoCookies({ again, call }: NoCookiesProps) {
  const { noCookies: words, noCode } = useWords()
  const { host } = useSurroundings()
  return (
    <Page title={call === undefined ? words.invited : words.title}>
      <p>{words.text}</p>
      <p>{words.why}</p>
      <h2>{words.doTitle}</h2>
      <ul>
        <li>
          {words.allow}{' '}
          <strong>
            <bdi>{host}</bdi>
          </strong>
        </li>
        {words.otherwise.map(step => (
          <li key={step}>{step}</li>
        ))}
      </ul>
      <ButtonLink to={again}>{words.again}</ButtonLink>
      <h2>{noCode.phoneTitle}</h2>
      {call === undefined ? null : <CallUs {...call} />}
      <p>{call === undefined ? words.ask : words.call}</p>
    </Page>
  )
}

export const examples: Examples = {
  'to a patient': <NoCookies again="/sign-in" call={{ organization: 'North Clinic', phone: '+1 555 0100' }} />,
  'to a patient of nobody knows whom': <NoCookies again="/sign-in" call={null} />,
  'to somebody who was invited': <NoCookies again="/invitation/SxZ0yT4Jw1nq2kC5m8p7r3v6b9d0f1h2j4k6l8z0x2c" />,
}
