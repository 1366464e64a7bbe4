import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import { FactorLinks, Factors } from '../ui/Factors.tsx'
import { OwedCodes } from '../ui/OwedCodes.tsx'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'
import { RecoveryNotice } from '../ui/RecoveryNotice.tsx'
import { Sessions } from '../ui/Sessions.tsx'
import { fullVisitor } from '../visitor.ts'

export const handle = { title: (words: Catalogue) => words.account.title }

const DONE = ['removed', 'ended', 'changed', 'stopped'] as const

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const visitor = fullVisitor(context)
  const { portal } = context
  const [factors, owesCodes, sessions, { recovery }] = await Promise.all([
    portal.factors(visitor),
    portal.owesPrintedCodes(visitor),
    portal.sessions(visitor),
    portal.enrolment(visitor),
  ])
  const query = new URL(request.url).searchParams
  const done = DONE.find(each => each === query.get('done')) ?? null
  return { factors, owesCodes, sessions, recovery, done, isOnlyWay: query.get('why') === 'only-way' }
})

/** What people come for most stands first: the list of where they are signed in can be long. */
export default function Account() {
  const { account: words, history } = useWords()
  const { factors, owesCodes, sessions, recovery, done, isOnlyWay } = useLoaderData<typeof loader>()
  const { standing } = useSurroundings()
  return (
    <Page title={words.title} done={done && words[done]} notDone={isOnlyWay ? words.onlyWay : null}>
      {recovery ? <RecoveryNotice {...recovery} /> : null}
      {owesCodes ? <OwedCodes to="/account" /> : null}
      <h2>{words.language}</h2>
      <p>
        <a href={standing === 'reader' ? '/account/preferences' : '/language'}>{words.change}</a>
      </p>
      {standing === 'reader' ? (
        <>
          <h2>{history.ofAll}</h2>
          <p>{words.whoText}</p>
          <p>
            <a href="/who-opened">{words.whoGo}</a>
          </p>
        </>
      ) : null}
      <h2 id="ways">{words.ways}</h2>
      <Factors factors={factors} />
      {standing === 'reader' ? <p>{words.lost}</p> : null}
      <FactorLinks factors={factors} />
      <h2>{words.devices}</h2>
      <Sessions sessions={sessions} />
      <p>{words.everywhereText}</p>
      <PostButton to="/account/sign-out-everywhere" look="other">
        {words.everywhere}
      </PostButton>
      {standing === 'reader' ? (
        <>
          <h2>{words.otherClinic}</h2>
          <p>{words.otherClinicText}</p>
          <p>
            <a href="/sign-in">{words.otherClinicGo}</a>
          </p>
        </>
      ) : null}
    </Page>
  )
}
