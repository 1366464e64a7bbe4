import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { CallUs } from '../ui/CallUs.tsx'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'

export const handle = { title: (words: Catalogue) => words.noCode.title }

export const loader = handled(async ({ context }: LoaderFunctionArgs) => ({
  isUnderWay: context.signInRequest !== null,
  call: await context.portal.helpLine(),
}))

/** Real ways on for whoever cannot get in; the last is a person. The same for everyone, whatever is known of them. */
export default function NoCode() {
  const { noCode: words, lost } = useWords()
  const { isUnderWay, call } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title}>
      <h2>{words.spamTitle}</h2>
      <ul>
        {words.spam.map(step => (
          <li key={step}>{step}</li>
        ))}
      </ul>
      {isUnderWay ? (
        <PostButton to="/sign-in/code" look="other" values={{ intent: 'send-again' }}>
          {words.ways.code}
        </PostButton>
      ) : null}
      <h2>{words.addressTitle}</h2>
      <p>{words.address}</p>
      <p>
        <a href="/sign-in">{words.ways.address}</a>
      </p>
      <h2>{words.otherTitle}</h2>
      <ul>
        <li>
          <a href="/sign-in/passkey">{words.ways.passkey}</a>
        </li>
        <li>
          <a href={isUnderWay ? '/sign-in/passphrase' : '/sign-in'}>{words.ways.passphrase}</a>
        </li>
        <li>
          <a href="/sign-in/lost">{lost.title}</a> {words.lost}
        </li>
      </ul>
      <h2>{words.phoneTitle}</h2>
      {call ? <CallUs {...call} /> : null}
      <p>{words.phone}</p>
    </Page>
  )
}
