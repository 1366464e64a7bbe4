import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { FactorLinks, Factors } from '../ui/Factors.tsx'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'
import { Sessions } from '../ui/Sessions.tsx'
import { fullVisitor } from '../visitor.ts'

export const handle = { title: (words: Catalogue) => words.account.title }

const DONE = ['removed', 'ended', 'changed'] as const

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const visitor = fullVisitor(context)
  const [factors, sessions] = await Promise.all([context.portal.factors(visitor), context.portal.sessions(visitor)])
  const asked = new URL(request.url).searchParams.get('done')
  return { factors, sessions, done: DONE.find(done => done === asked) ?? null }
})

export default function Account() {
  const words = useWords().account
  const { factors, sessions, done } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title} done={done && words[done]}>
      <h2>{words.ways}</h2>
      <Factors factors={factors} />
      <FactorLinks factors={factors} />
      <h2>{words.devices}</h2>
      <Sessions sessions={sessions} />
      <p>{words.everywhereText}</p>
      <PostButton to="/account/sign-out-everywhere" look="other">
        {words.everywhere}
      </PostButton>
      <h2>{words.language}</h2>
      <p>
        <a href="/language">{words.change}</a>
      </p>
    </Page>
  )
}
