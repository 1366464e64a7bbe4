import type { LoaderFunctionArgs } from '@remix-run/node'
import type { ReactNode } from 'react'
import { useLoaderData } from '../answered.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { CallUs } from '../ui/CallUs.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.lost.title }

/** Whoever is still signed in is told whom to call at their own clinic; to strangers it is the same for everyone. */
export const loader = handled(async ({ context: { portal, visitor } }: LoaderFunctionArgs) => ({
  call: visitor?.person.kind === 'recipient' ? await portal.enrolment(visitor) : await portal.helpLine(),
  isIn: visitor?.level === 'full',
}))

/** The ways back, the quickest first, each with how long it takes; then what to do about what was lost. */
export default function Lost() {
  const words = useWords().lost
  const { call, isIn } = useLoaderData<typeof loader>()
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
      <Way title={words.codesTitle} time={words.minutes} text={words.codes}>
        <p>{words.codesOnly}</p>
      </Way>
      <Way title={words.noneTitle} time={words.callAndDay} text={words.none}>
        <CallUs organization={call?.organization} phone={call?.phone} />
      </Way>
      <h2>{words.afterTitle}</h2>
      <p>{words.after}</p>
      {isIn ? (
        <p>
          <a href="/account#ways">{words.afterGo}</a>
        </p>
      ) : null}
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
