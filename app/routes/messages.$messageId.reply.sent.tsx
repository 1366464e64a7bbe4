import type { LoaderFunctionArgs } from '@remix-run/node'
import type { AnswerView } from '../../server/views.ts'
import { useLoaderData } from '../answered.ts'
import { go, handled } from '../http.ts'
import { replyPage } from '../keep-typed.ts'
import type { Catalogue } from '../language/en.ts'
import { SentAnswer } from '../ui/SentAnswer.tsx'

export const handle = { title: (words: Catalogue) => words.sent.title }

export const loader = handled(async ({ context, params }: LoaderFunctionArgs) => {
  const view = await context.portal.viewAnswer(context.requireReader(), params.messageId!)
  if (view.answered === null) throw go(replyPage(params))
  return { view, answered: view.answered }
})

export default function Sent() {
  const { answered, ...loaded } = useLoaderData<typeof loader>()
  const view: AnswerView = loaded.view
  return <SentAnswer view={view} answered={answered} />
}
