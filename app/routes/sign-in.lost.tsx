import type { ReactNode } from 'react'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.lost.title }

export const loader = handled(() => null)

/** The ways back, the quickest first, each with how long it takes. The same for everyone. */
export default function Lost() {
  const words = useWords().lost
  return (
    <Page title={words.title}>
      <p>{words.intro}</p>
      <Way title={words.deviceTitle} time={words.minutes} text={words.device} />
      <Way title={words.passphraseTitle} time={words.minutes} text={words.passphrase}>
        <ButtonLink to="/sign-in" look="other">
          {words.signIn}
        </ButtonLink>
      </Way>
      <Way title={words.paperTitle} time={words.day} text={words.paper}>
        <ButtonLink to="/sign-in/recovery" look="other">
          {words.paperGo}
        </ButtonLink>
      </Way>
      <Way title={words.deskTitle} time={words.day} text={words.desk}>
        <ButtonLink to="/sign-in/recovery" look="other">
          {words.deskGo}
        </ButtonLink>
      </Way>
      <Way title={words.noneTitle} time={words.call} text={words.none} />
      <h2>{words.staffTitle}</h2>
      <p>{words.staff}</p>
    </Page>
  )
}

function Way({ title, time, text, children }: { title: string; time: string; text: string; children?: ReactNode }) {
  const words = useWords().lost
  return (
    <section className="card">
      <h2>{title}</h2>
      <p>
        {words.time} <strong>{time}</strong>
      </p>
      <p>{text}</p>
      {children}
    </section>
  )
}
