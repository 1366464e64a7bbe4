import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at, wanted } from '../destination.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { signInRequest } from '../sign-in-request.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Page } from '../ui/Page.tsx'
import { PasskeyButton } from '../ui/PasskeyButton.tsx'
import { PostButton } from '../ui/PostButton.tsx'

export const handle = { title: (words: Catalogue) => words.ways.title }

export const loader = handled(({ context, request }: LoaderFunctionArgs) => {
  signInRequest(context)
  return { to: wanted(request) }
})

/** The same for everyone, known or not. */
export default function Ways() {
  const { ways: words, recovery } = useWords()
  const { to } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title}>
      {to === '/sign-in/recovery' ? <Notice kind="calm">{recovery.first}</Notice> : null}
      <section className="card">
        <h2>{words.before}</h2>
        <PasskeyButton ceremony="use" to={at('/sign-in/passkey', { to })} />
        <ButtonLink to={at('/sign-in/passphrase', { to })} look="other">
          {words.passphrase}
        </ButtonLink>
      </section>
      <section className="card">
        <h2>{words.first}</h2>
        <p>{words.firstText}</p>
        <PostButton to={at('/sign-in/code', { to })} values={{ intent: 'send' }}>
          {words.sendCode}
        </PostButton>
      </section>
      <p>
        <a href={at('/sign-in', { to })}>{words.otherAddress}</a>
      </p>
      <p>
        <a href="/sign-in/help">{words.help}</a>
      </p>
    </Page>
  )
}
