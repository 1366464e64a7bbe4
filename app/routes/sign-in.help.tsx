import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'

export const handle = { title: (words: Catalogue) => words.noCode.title }

export const loader = handled(({ context }: LoaderFunctionArgs) => ({ isUnderWay: context.signInRequest !== null }))

export default function NoCode() {
  const { noCode: words, lost } = useWords()
  const { isUnderWay } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title}>
      <h2>{words.spamTitle}</h2>
      <p>{words.spam}</p>
      {isUnderWay ? (
        <PostButton to="/sign-in/code" look="other" values={{ intent: 'send-again' }}>
          {words.ways.code}
        </PostButton>
      ) : null}
      <h2>{words.lostTitle}</h2>
      <p>{words.lost}</p>
      <p>
        <a href="/sign-in/lost">{lost.title}</a>
      </p>
      <ul>
        {isUnderWay ? (
          <>
            <li>
              <a href="/sign-in/passphrase">{words.ways.passphrase}</a>
            </li>
            <li>
              <a href="/sign-in/printed-code">{words.ways.printed}</a>
            </li>
          </>
        ) : null}
        <li>
          <a href="/sign-in">{words.ways.start}</a>
        </li>
      </ul>
      <h2>{words.phoneTitle}</h2>
      <p>{words.phone}</p>
    </Page>
  )
}
