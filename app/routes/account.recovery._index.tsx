import type { LoaderFunctionArgs } from '@remix-run/node'
import type { RecoveryLine } from '../../server/portal.ts'
import { useLoaderData } from '../answered.ts'
import { wanted } from '../destination.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Page } from '../ui/Page.tsx'
import { RecoveryNotice } from '../ui/RecoveryNotice.tsx'
import { fullVisitor } from '../visitor.ts'

export const handle = { title: (words: Catalogue) => words.recovery.beforeTitle }

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const { recovery } = await context.portal.enrolment(fullVisitor(context))
  const to = wanted(request) ?? '/'
  return recovery ? { recovery, to } : go(to)
})

/** What somebody sees first who signs in while a way back in is under way: they may be the one who is being locked out. */
export default function RecoveryFirst() {
  const words = useWords().recovery
  const { recovery, to } = useLoaderData<typeof loader>() as { recovery: RecoveryLine; to: string }
  return (
    <Page title={words.beforeTitle}>
      <RecoveryNotice {...recovery} />
      <ButtonLink to={to} look="other">
        {words.mine}
      </ButtonLink>
    </Page>
  )
}
