import type { LoaderFunctionArgs } from '@remix-run/node'
import type { Enrolment } from '../../server/portal.ts'
import { useLoaderData } from '../answered.ts'
import { at, wanted } from '../destination.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { CallUs } from '../ui/CallUs.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.enrol.title }

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const enrolment = await context.portal.enrolment(context.requireVisitor())
  const to = wanted(request)
  return enrolment.needsConfirmation ? go('/enrol/confirm', { to }) : { enrolment, to }
})

export default function Enrol() {
  const { enrolment, to } = useLoaderData<typeof loader>() as { enrolment: Enrolment; to: string | null }
  return enrolment.mayEnrol ? <Choose enrolment={enrolment} to={to} /> : <HasAWay enrolment={enrolment} />
}

function Choose({ enrolment, to }: { enrolment: Enrolment; to: string | null }) {
  const words = useWords().enrol
  return (
    <Page title={words.title}>
      <p>{words.intro}</p>
      <section className="card">
        <h2>{words.passkeyTitle}</h2>
        <p>{words.passkeyText}</p>
        <ButtonLink to={at('/enrol/passkey', { to })}>{words.passkeyGo}</ButtonLink>
      </section>
      <section className="card">
        <h2>{words.appTitle}</h2>
        <p>{words.appText}</p>
        <ButtonLink to={at('/enrol/passphrase', { with: 'app', to })} look="other">
          {words.appGo}
        </ButtonLink>
      </section>
      {enrolment.kind === 'recipient' ? (
        <section className="card">
          <h2>{words.paperTitle}</h2>
          <p>{words.paperText}</p>
          <ButtonLink to={at('/enrol/passphrase', { with: 'paper', to })} look="other">
            {words.paperGo}
          </ButtonLink>
        </section>
      ) : null}
      <p>{words.stuck}</p>
      <CallUs organization={enrolment.organization} phone={enrolment.phone} />
    </Page>
  )
}

/** An e-mailed code is not a factor: whoever has set up a way to sign in must use it. */
function HasAWay({ enrolment }: { enrolment: Enrolment }) {
  const words = useWords()
  return (
    <Page title={words.enrol.haveTitle}>
      {enrolment.recovery ? (
        <Notice kind="calm" title={words.recovery.underWay}>
          <p>{words.recovery.underWayText}</p>
          <ButtonLink to="/sign-in/recovery" look={enrolment.recovery.isOpen ? 'main' : 'other'}>
            {words.recovery.underWayGo}
          </ButtonLink>
        </Notice>
      ) : null}
      <p>{words.enrol.haveText}</p>
      <p>{words.enrol.yours}</p>
      <ul>
        {enrolment.factors.map(kind => (
          <li key={kind}>{words.account.kinds[kind]}</li>
        ))}
      </ul>
      <ButtonLink to="/sign-in" look={enrolment.recovery?.isOpen ? 'other' : 'main'}>
        {words.enrol.haveGo}
      </ButtonLink>
      <h2>{words.enrol.haveLost}</h2>
      <p>
        <a href="/sign-in/lost">{words.recovery.other}</a>
      </p>
      <p>{words.enrol.stuck}</p>
      <CallUs organization={enrolment.organization} phone={enrolment.phone} />
    </Page>
  )
}
