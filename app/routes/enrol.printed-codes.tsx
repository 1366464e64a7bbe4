import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { wanted } from '../destination.ts'
import { form } from '../form.ts'
import { afterEnrolling, enrolled, go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal, useShownOnce } from '../refusal.ts'
import { Codes } from '../ui/Codes.tsx'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'
import { waysPage } from '../visitor.ts'

export const handle = { title: (words: Catalogue) => words.enrolPaper.title }

export const loader = handled(({ context }: LoaderFunctionArgs) => ({ elsewhere: waysPage(context.requireVisitor()) }))

export const action = handled(async (args: ActionFunctionArgs) => {
  const visitor = args.context.requireVisitor()
  const { step } = await form(args, { step: 'line?' })
  if (step === 'kept') {
    await args.context.portal.keepPrintedCodes(visitor)
    return go(
      afterEnrolling(wanted(args.request) ?? '/messages', new URL(args.request.url).searchParams.get('offer') === 'second'),
    )
  }
  return enrolled(args, await args.context.portal.enrolPrintedCodes(visitor))
})

export default function EnrolPrintedCodes() {
  const words = useWords()
  const { elsewhere } = useLoaderData<typeof loader>()
  const shownOnce = useShownOnce()
  const refusal = useRefusal()
  if (shownOnce) return <Codes {...shownOnce} />
  return (
    <Page title={words.enrolPaper.title} refusal={refusal}>
      <p>{words.enrolPaper.text}</p>
      <PostButton>{words.enrolPaper.go}</PostButton>
      <p>
        <a href={elsewhere}>{words.cancel}</a>
      </p>
    </Page>
  )
}
