import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { CallUs } from '../ui/CallUs.tsx'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'
import { fullVisitor } from '../visitor.ts'

export const handle = { title: (words: Catalogue) => words.notMe.title }

export const loader = handled(async ({ context }: LoaderFunctionArgs) => {
  const { organization, phone } = await context.portal.enrolment(fullVisitor(context))
  return { organization, phone }
})

/** Where the letter about a new sign-in leads whoever it was not: shut the other out, then see to the ways in. */
export default function NotMe() {
  const words = useWords()
  const clinic = useLoaderData<typeof loader>()
  return (
    <Page title={words.notMe.title}>
      <p>{words.notMe.text}</p>
      <h2>{words.notMe.outTitle}</h2>
      <p>{words.notMe.out}</p>
      <PostButton to="/account/sign-out-everywhere">{words.account.everywhere}</PostButton>
      <h2>{words.notMe.waysTitle}</h2>
      <p>{words.notMe.ways}</p>
      <ButtonLink to="/account" look="other">
        {words.account.title}
      </ButtonLink>
      <h2>{words.notMe.callTitle}</h2>
      <p>{words.notMe.call}</p>
      <CallUs {...clinic} />
    </Page>
  )
}
