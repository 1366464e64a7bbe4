import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { at, wanted } from '../destination.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { CallUs } from '../ui/CallUs.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.noCookies.title }

/** Where a browser is sent to `try`, with something to keep, that brought nothing back. Whoever brings that back only took too long. */
export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const to = wanted(request)
  const isTried = new URL(request.url).searchParams.get('try') !== null
  return isTried && context.keepsCookies ? go('/sign-in', { why: 'over', to }) : { to, call: await context.portal.helpLine() }
})

export default function NoCookies() {
  const { noCookies: words, noCode } = useWords()
  const { host } = useSurroundings()
  const { to, call } = useLoaderData<typeof loader>() as {
    to: string | null
    call: { organization: string; phone: string } | null
  }
  return (
    <Page title={words.title}>
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
      <ButtonLink to={at('/sign-in', { to })}>{words.again}</ButtonLink>
      <h2>{noCode.phoneTitle}</h2>
      {call ? <CallUs {...call} /> : null}
      <p>{words.call}</p>
    </Page>
  )
}
