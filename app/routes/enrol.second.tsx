import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at, wanted } from '../destination.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Page } from '../ui/Page.tsx'
import { fullVisitor } from '../visitor.ts'

export const handle = { title: (words: Catalogue) => words.second.title }

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const factors = await context.portal.factors(fullVisitor(context))
  const passkeys = factors.filter(({ kind }) => kind === 'passkey')
  const newest = Math.max(...factors.map(({ createdAt }) => createdAt))
  // Whoever comes back after a loss has ways from before, which go on working.
  return { hasPasskey: passkeys.length > 0, hasOlder: passkeys.some(({ createdAt }) => createdAt < newest), to: wanted(request) }
})

/** After the first way in: a second one, for the day the first is lost. It may wait. */
export default function Second() {
  const words = useWords().second
  const { hasPasskey, hasOlder, to } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title}>
      <p>{words.text}</p>
      <ButtonLink to={to ?? '/'}>{words.later}</ButtonLink>
      {hasOlder ? (
        <section className="card">
          <h2>{words.lostTitle}</h2>
          <p>{words.lost}</p>
          <ButtonLink to="/account#ways" look="other">
            {words.lostGo}
          </ButtonLink>
        </section>
      ) : null}
      <section className="card">
        <h2>{words.moreTitle}</h2>
        <p>{hasPasskey ? words.another : words.passkey}</p>
        <ButtonLink to={at('/enrol/passkey', { to })} look="other">
          {words.add}
        </ButtonLink>
        <p className="hint">{words.settings}</p>
      </section>
    </Page>
  )
}
